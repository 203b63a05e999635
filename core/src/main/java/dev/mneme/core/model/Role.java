package dev.mneme.core.model;

import java.util.Locale;

/// What a key may do. Each role may do what the ones after it may.
public enum Role {
    ADMIN,
    WRITE,
    READ;

    public boolean includes(Role other) {
        return compareTo(other) <= 0;
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
