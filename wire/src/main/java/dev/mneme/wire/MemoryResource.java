package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A memory.
@Doc("A memory.")
public record MemoryResource(
        @Doc(value = "given by the server", example = "0193a000-0000-8000-8000-000000000000") @Form(Form.ID)
        String id,

        @Doc(value = "whose it is", example = "alice") @Nullable
        String userId,

        @Doc("which agent it belongs to") @Nullable String agentId,
        @Doc("which application it belongs to") @Nullable String appId,

        @Doc("which run or conversation it belongs to") @Nullable
        String runId,

        @Doc(value = "what is remembered", example = "I am allergic to peanuts")
        String text,

        @Doc(value = "who said it", example = "user") @Nullable
        String role,

        @Doc(value = "the caller's own JSON object", example = "{\"source\":\"chat\"}")
        Map<String, @Nullable Object> metadata,

        @Doc(value = "what it is about", example = "[\"health\"]")
        List<String> categories,

        @Doc("when it was said, by the caller's account") @Nullable @Time
        String timestamp,

        @Doc("when it was stored") @Time String createdAt,
        @Doc("when it last changed") @Time String updatedAt,
        @Doc("from then on it is hidden") @Nullable @Time String expiresAt,

        @Doc(value = "counts its changes; also its ETag", example = "1") @Range(min = 1)
        long version,

        @Doc("the id of the memory that superseded it") @Nullable @Form(Form.ID)
        String replacedBy)
        implements Current {}
