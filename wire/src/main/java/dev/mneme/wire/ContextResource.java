package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A context.
@Doc("A JSON document that a user's instances share.")
public record ContextResource(
        @Doc(value = "whose it is", example = "alice") String userId,

        @Doc(value = "its name, unique per user", example = "project/mneme")
        String contextKey,

        @Doc("what it is about") @OneOf({"chat", "project", "mode", "custom"})
        String contextType,

        @Doc("the mode that it belongs to") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String mode,

        @Doc(value = "the document: any JSON; null of a deletion", example = "{\"theme\":\"dark\"}") @Nullable
        Object data,

        @Doc(value = "what it is about, in words", example = "[\"ui\"]")
        List<String> tags,

        @Doc(value = "counts its changes, over deletions too; also its ETag", example = "1") @Range(min = 1)
        long version,

        @Doc("when it was made") @Time String createdAt,
        @Doc("when it last changed") @Time String updatedAt,
        @Doc("the instance that made it") String createdBy,
        @Doc("the instance that changed it last") String updatedBy,

        @Doc("from then on it is hidden; null: never") @Nullable @Time
        String expiresAt)
        implements Current {}
