package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A sync event.
@Doc("A message from one instance of a user to others.")
public record SyncEventResource(
        @Doc(value = "given by the server", example = "0193a000-0000-8000-8000-000000000000") @Form(Form.ID)
        String id,

        @Doc(value = "whose instances are told", example = "alice")
        String userId,

        @Doc("who posted it") String sourceInstanceId,

        @Doc("what happened")
        @OneOf({"mode-changed", "context-updated", "response-generated", "mcp-tool-executed", "config-updated"})
        String eventType,

        @Doc("the caller's own JSON object") Map<String, @Nullable Object> eventData,

        @Doc("which instances it is for; null: every other one") @Nullable
        List<String> targetInstances,

        @Doc("which instances have processed it") List<String> processedBy,

        @Doc("which are handed out first") @OneOf({"high", "normal", "low"})
        String priority,

        @Doc("when it was posted") @Time String timestamp,

        @Doc("from then on it is gone; null: never") @Nullable @Time
        String expiresAt) {}
