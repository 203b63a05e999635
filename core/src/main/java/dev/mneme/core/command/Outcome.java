package dev.mneme.core.command;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import org.jspecify.annotations.Nullable;

/// What became of one command.
public sealed interface Outcome {
    /// The memory is there: `ADD`, `UPDATE`, or `NONE` when it was there already.
    record Stored(MemoryEvent event, Memory memory) implements Outcome {}

    record Deleted(MemoryId id) implements Outcome {}

    record DeletedMany(long count) implements Outcome {}

    /// A command of the system shard took effect.
    record Done() implements Outcome {}

    /// @param field the field at fault, if one is
    /// @param current for a version conflict: the memory as it is
    record Rejected(
            ErrorCode code,
            String message,
            @Nullable String field,
            @Nullable Memory current) implements Outcome {}
}
