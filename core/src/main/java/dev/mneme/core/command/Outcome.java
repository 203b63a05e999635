package dev.mneme.core.command;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Subject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of one command.
public sealed interface Outcome {
    /// The record is there: `ADD`, `UPDATE`, or `NONE` when it was there already.
    record Stored(MemoryEvent event, Subject subject) implements Outcome {
        /// For a command on a memory.
        public Memory memory() {
            return (Memory) subject;
        }
    }

    record Deleted(MemoryId id) implements Outcome {}

    /// @param incomplete whether some of what was named had changed or was gone by then: what was to go may be there
    ///     still
    record DeletedMany(long count, boolean incomplete) implements Outcome {
        public DeletedMany(long count) {
            this(count, false);
        }
    }

    /// The command took effect, and there is no more to say: it was one of the system shard, or on documents or
    /// vectors, or a revision of memories, which says itself what is there afterwards.
    record Done() implements Outcome {}

    /// @param field the field at fault, if one is
    /// @param current for a version conflict: the record as it is
    /// @param paths for edits that clash: the JSON Pointers where they do, else empty
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

    /// A context, or whatever has no id of its own, was taken away.
    record Removed(long version) implements Outcome {}
}
