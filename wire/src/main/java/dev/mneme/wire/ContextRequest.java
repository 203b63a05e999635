package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A context's next version.
@Doc(value = "A context's next version, as a whole: what is left out is not kept from the one before.", example = """
                {"userId":"alice","data":{"theme":"dark","font":12},"tags":["ui"],"expectedVersion":3,
                 "mergeStrategy":"merge"}""")
public record ContextRequest(
        @Doc(value = "whose it is; here, or in the query", example = "alice") @Nullable @Length(min = 1, max = 256)
        String userId,

        @Doc(
                value = "the document: any JSON but null; 1 MiB at most (limits.contextBytes)",
                example = "{\"theme\":\"dark\"}")
        Object data,

        @Doc(value = "what it is about", otherwise = "custom") @Nullable @OneOf({"chat", "project", "mode", "custom"})
        String contextType,

        @Doc("the mode that it belongs to") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String mode,

        @Doc(value = "what it is about, in words", example = "[\"ui\"]") @Nullable @Length(max = 100)
        List<@Length(min = 1, max = 128) String> tags,

        @Doc("from then on it is hidden; left out: 30 days from now, unless contexts.ttl says otherwise")
        @Nullable
        @Time
        String expiresAt,

        @Doc("the version that the writer saw; 0: must not exist") @Nullable @Range(min = 0)
        Long expectedVersion,

        @Doc(
                value = "when that is no longer the newest: replace and merge answer a conflict, merge only where both"
                        + " changed the same field; ignore leaves the newest and answers it",
                otherwise = "replace")
        @Nullable
        @OneOf({"replace", "merge", "ignore"})
        String mergeStrategy) {}
