package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The payload of a client's `context-sync`. What it leaves out of a context stays as it is.
@Doc("Puts or deletes a context of the user.")
@JsonInclude(Include.NON_NULL)
public record LiveContextRequest(
        @Doc(value = "which context", example = "theme") String contextKey,

        @Doc("its type") @Nullable @OneOf({"chat", "project", "mode", "custom"})
        String contextType,

        @Doc("the mode that it belongs to") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String mode,

        @Doc("the JSON document") @Nullable Object data,
        @Doc("true: delete the context") @Nullable Boolean deleted,
        @Nullable List<String> tags,

        @Doc("the version that the client saw; left out: store it over whatever is there") @Nullable
        Long version,

        @Doc("what to do where the context has changed since that version")
        @Nullable
        @OneOf({"replace", "merge", "ignore"})
        String mergeStrategy) {}
