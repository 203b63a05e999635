package dev.mneme.core.model;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What a context is about.
public enum ContextType {
    CHAT,
    PROJECT,
    MODE,
    CUSTOM;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ContextType> of(String wireName) {
        return Stream.of(values())
                .filter(type -> type.wireName().equals(wireName))
                .findFirst();
    }
}
