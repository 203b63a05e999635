package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The mode that one instance of a user is in. There is one per (user, instance).
///
/// @param previous the mode before, null at the first
/// @param activatedAt when it was switched to
/// @param activatedBy the sequence of the change that switched to it: the order of switches of the user
/// @param updatedAt when mode or configuration last changed
/// @param localOnly whether the configuration holds what was written while `inspired`. The switch itself is
///     announced all the same: see [#announced]
public record ModeState(
        String userId,
        String instanceId,
        Mode current,
        @Nullable Mode previous,
        Capabilities capabilities,
        JsonObject configuration,
        Instant activatedAt,
        long activatedBy,
        Instant updatedAt,
        long version,
        boolean localOnly)
        implements Subject {

    /// What may be told of a switch: all of it, or all but a configuration that is local only.
    public ModeState announced() {
        return localOnly ? withoutConfiguration() : this;
    }

    /// The same in a store where another change switched to it.
    ///
    /// @param sequence of that change
    public ModeState activatedBy(long sequence) {
        return new ModeState(
                userId,
                instanceId,
                current,
                previous,
                capabilities,
                configuration,
                activatedAt,
                sequence,
                updatedAt,
                version,
                localOnly);
    }

    public ModeState withoutConfiguration() {
        return new ModeState(
                userId,
                instanceId,
                current,
                previous,
                capabilities,
                JsonObject.EMPTY,
                activatedAt,
                activatedBy,
                updatedAt,
                version,
                localOnly);
    }
}
