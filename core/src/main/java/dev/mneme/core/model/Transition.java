package dev.mneme.core.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One change of mode, or an attempt that failed. Never changes.
///
/// @param from null when the instance had no mode
/// @param contextSnapshot what was open at the time, as the caller gave it
/// @param durationMillis how long the switch took, according to the caller
/// @param error why it failed; null when it did not
/// @param sequence of the change that recorded it, which puts the transitions in order
public record Transition(
        String userId,
        String instanceId,
        @Nullable Mode from,
        Mode to,
        @Nullable Json contextSnapshot,
        @Nullable Long durationMillis,
        boolean success,
        @Nullable String error,
        Instant at,
        long sequence,
        boolean localOnly)
        implements Subject {

    /// The same transition, recorded by another change.
    public Transition withSequence(long other) {
        return new Transition(
                userId, instanceId, from, to, contextSnapshot, durationMillis, success, error, at, other, localOnly);
    }

    @Override
    public long version() {
        return 1;
    }
}
