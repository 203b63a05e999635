package dev.mneme.core.command;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Subject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The result of one command.
public sealed interface Outcome {
    /// The record is there: `ADD`, `UPDATE`, or `NONE` when it was there already.
    record Stored(MemoryEvent event, Subject subject) implements Outcome {
        /// The memory, where the command was on one.
        public Memory memory() {
            return (Memory) subject;
        }
    }

    record Deleted(MemoryId id) implements Outcome {}

    /// @param incomplete whether some of the named memories had changed or were gone by then, so that memories that
    ///     should go may still be there
    record DeletedMany(long count, boolean incomplete) implements Outcome {
        public DeletedMany(long count) {
            this(count, false);
        }
    }

    /// The command took effect, and its result needs no more words. It was a command of the system shard, on documents
    /// or on vectors, or a revision of memories, which itself says what is there afterwards.
    record Done() implements Outcome {}

    /// @param field the field at fault, if any
    /// @param current for a version conflict: the record as it is
    /// @param paths for edits that clash: the JSON Pointers where they do; otherwise empty
    record Rejected(
            ErrorCode code,
            String message,
            @Nullable String field,
            @Nullable Subject current,
            List<String> paths) implements Outcome {
        public Rejected {
            paths = List.copyOf(paths);
        }

        public Rejected(ErrorCode code, String message, @Nullable String field, @Nullable Subject current) {
            this(code, message, field, current, List.of());
        }
    }

    /// A context, or another record without an id of its own, was removed.
    record Removed(long version) implements Outcome {}
}
