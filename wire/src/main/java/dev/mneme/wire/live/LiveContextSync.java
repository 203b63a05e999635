package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The payload of the server's `context-sync`, and what `state-response` says of a context.
@Doc("A context as it is now.")
@JsonInclude(Include.NON_NULL)
public record LiveContextSync(
        @Doc(value = "which context", example = "theme") String contextKey,

        @Doc("its type") @OneOf({"chat", "project", "mode", "custom"})
        String contextType,

        @Doc("the mode that it belongs to") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String mode,

        @Doc("the JSON document; null of a deleted context") @JsonInclude(Include.ALWAYS) @Nullable
        Object data,

        List<String> tags,
        @Doc("counts the context's changes") long version,

        @Doc("what to do with a copy of one's own: replace it, since the server's is the newest")
        String mergeStrategy,

        @Doc("true of a deleted context") @Nullable Boolean deleted) {}
