package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A sync event to post.
@Doc(value = "A sync event to post, from the writing instance.", example = """
                {"userId":"alice","eventType":"config-updated","eventData":{"theme":"dark"},
                 "targetInstances":["phone"],"priority":"high"}""")
public record SyncEventRequest(
        @Doc(value = "whose instances are told", example = "alice") @Length(min = 1, max = 256)
        String userId,

        @Doc("what happened")
        @OneOf({"mode-changed", "context-updated", "response-generated", "mcp-tool-executed", "config-updated"})
        String eventType,

        @Doc("the caller's own JSON object") @Nullable Map<String, @Nullable Object> eventData,

        @Doc("which instances it is for; left out: every other one") @Nullable @Length(min = 1, max = 1_000)
        List<@Length(min = 1, max = 128) String> targetInstances,

        @Doc(value = "which are handed out first", otherwise = "normal") @Nullable @OneOf({"high", "normal", "low"})
        String priority,

        @Doc("from then on it is gone; in the future; left out: by the server's sync.ttl") @Nullable @Time
        String expiresAt) {}
