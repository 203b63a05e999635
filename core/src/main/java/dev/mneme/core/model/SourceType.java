package dev.mneme.core.model;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Where an answer came from.
public enum SourceType {
    LOCAL,
    EXTERNAL,
    HARMONIZED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<SourceType> of(String wireName) {
        return Stream.of(values())
                .filter(type -> type.wireName().equals(wireName))
                .findFirst();
    }
}
