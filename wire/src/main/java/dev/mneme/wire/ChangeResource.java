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
            "sync.processed",
            "conflict.recorded",
            "conflict.resolved"
        })
        String type,

        @Doc("when") @Time String at,
        @Doc("the id of the key that wrote it") String key,
        @Doc("the instance that wrote it") String instance,

        @Doc("what changed, among its kind: a memory's, sync event's or conflict's id, a context's key, an instance,"
                + " chatId/messageId; left out of an erasure, and where the record is no longer kept")
        @Nullable
        String subject,

        @Doc("as the change left it; of a deleted one, as it last was") @Nullable
        MemoryResource memory,

        @Doc("as the change left it; of a deleted one, its key and version alone count") @Nullable
        ContextResource context,

        @Doc("as the change left it; told live without a configuration made while inspired") @Nullable
        ModeResource mode,

        @Nullable TransitionResource transition,

        @Doc("the record; the answer's text is not kept") @Nullable
        ResponseResource response,

        @Doc("as the change left it") @Nullable SyncEventResource syncEvent,

        @Doc("as the change left it, without the values") @Nullable
        ConflictResource conflict) {}
