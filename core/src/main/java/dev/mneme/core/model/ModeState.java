package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The mode that one instance of a user is in. There is one per (user, instance).
///
/// @param previous the mode before, null at the first
/// @param activatedAt when it was switched to
/// @param updatedAt when mode or configuration last changed
public record ModeState(
        String userId,
        String instanceId,
        Mode current,
        @Nullable Mode previous,
        Capabilities capabilities,
        JsonObject configuration,
        Instant activatedAt,
        Instant updatedAt,
        long version)
        implements Subject {

    /// The switch itself is announced, also one to `inspired`.
    @Override
    public boolean localOnly() {
        return false;
    }
}
