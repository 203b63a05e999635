package dev.mneme.core.command;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Subject;

/// A record as a write of one command left it.
///
/// @param event `ADD`, `UPDATE`, or `NONE` when the record was already as requested
/// @param subject the record
/// @param position its owner's position after the write
/// @param replayed whether this is the answer to an earlier write under the same idempotency key
public record Written<T extends Subject>(MemoryEvent event, T subject, Position position, boolean replayed) {
    /// @param type the type of record that the command writes
    public static <T extends Subject> Written<T> of(WriteResult result, Class<T> type) {
        return of((Outcome.Stored) result.outcomes().getFirst(), result, type);
    }

    /// The memory that one command of a larger write stored.
    ///
    /// @param stored the outcome of that command
    public static Written<Memory> memory(Outcome.Stored stored, WriteResult result) {
        return of(stored, result, Memory.class);
    }

    /// The same, marked as the answer to a repeated request.
    public Written<T> asReplayed() {
        return new Written<>(event, subject, position, true);
    }

    private static <T extends Subject> Written<T> of(Outcome.Stored stored, WriteResult result, Class<T> type) {
        return new Written<>(stored.event(), type.cast(stored.subject()), result.position(), result.replayed());
    }
}
