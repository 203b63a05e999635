package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Time;
import org.jspecify.annotations.Nullable;

/// What a committed write did.
@Doc("What a committed write did.")
@JsonInclude(Include.NON_NULL)
public record ChangeResource(
        @Doc(value = "where the reader is after it", example = "k7f3q2ab:1a4:42")
        String position,

        @Doc("where the reader was before it: there is a gap only if it holds another one")
        String previous,

        @Doc("what happened")
        @OneOf({
            "memory.added",
            "memory.updated",
            "memory.deleted",
            "owner.erased",
            "context.put",
            "context.deleted",
            "mode.changed",
            "mode.configured",
            "transition.recorded",
            "response.recorded",
            "sync.posted",
            "sync.processed"
        })
        String type,

        @Doc("when") @Time String at,
        @Doc("the id of the key that wrote it") String key,
        @Doc("the instance that wrote it") String instance,

        @Doc("as the change left it; of a deleted one, as it last was") @Nullable
        MemoryResource memory,

        @Doc("as the change left it; a deleted one has no data") @Nullable
        ContextResource context) {}
