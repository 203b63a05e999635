package dev.mneme.core.command;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Subject;

/// A record as a write of one command left it.
///
/// @param event `ADD`, `UPDATE`, or `NONE` when the record was there already as it was asked for
/// @param subject the record
/// @param position its owner's position after the write
/// @param replayed whether an earlier write under the same idempotency key was answered so
public record Written<T extends Subject>(MemoryEvent event, T subject, Position position, boolean replayed) {
    /// @param type what the command writes
    public static <T extends Subject> Written<T> of(WriteResult result, Class<T> type) {
        return of((Outcome.Stored) result.outcomes().getFirst(), result, type);
    }

    /// A memory, of a write of several commands.
    ///
    /// @param stored one of the outcomes
    public static Written<Memory> memory(Outcome.Stored stored, WriteResult result) {
        return of(stored, result, Memory.class);
    }

    /// The same, as it is answered to a request that repeats it.
    public Written<T> asReplayed() {
        return new Written<>(event, subject, position, true);
    }

    private static <T extends Subject> Written<T> of(Outcome.Stored stored, WriteResult result, Class<T> type) {
        return new Written<>(stored.event(), type.cast(stored.subject()), result.position(), result.replayed());
    }
}
