package dev.mneme.core.model;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// How an instance works: `inspired` with local AI alone, `didactic` with external AI, `parallel` with both.
public enum Mode {
    INSPIRED,
    DIDACTIC,
    PARALLEL;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Mode> of(String wireName) {
        return Stream.of(values())
                .filter(mode -> mode.wireName().equals(wireName))
                .findFirst();
    }
}
