package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The mode that one instance of a user is in. There is one for each user and instance.
///
/// @param previous the former mode; null at first
/// @param activatedAt when it was switched to
/// @param activatedBy the sequence of the change that switched to it, which puts the user's switches in order
/// @param updatedAt when mode or configuration last changed
/// @param localOnly whether the configuration was written while `inspired`. The switch itself is announced all the
///     same: see [#announced]
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

    /// The part of a switch that may be announced: all of it, except a configuration that is local only.
    public ModeState announced() {
        return localOnly ? withoutConfiguration() : this;
    }

    /// The same state in a store where another change switched to it.
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
