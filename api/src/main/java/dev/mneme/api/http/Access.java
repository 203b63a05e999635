package dev.mneme.api.http;

import dev.mneme.core.model.Role;
import org.jspecify.annotations.Nullable;

/// Who may call a route.
public enum Access {
    /// Anybody, without a key.
    OPEN(null),
    READ(Role.READ),
    WRITE(Role.WRITE),
    ADMIN(Role.ADMIN);

    private final @Nullable Role role;

    Access(@Nullable Role role) {
        this.role = role;
    }

    /// The least role; null when no key is needed.
    public @Nullable Role role() {
        return role;
    }
}
