package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// The body that a webhook is sent: one change of one memory.
public record WebhookPayload(@JsonProperty("event_details") Details eventDetails) {
    /// @param id the memory's
    /// @param data the memory after the change; of a deletion, as it last was
    /// @param event `ADD`, `UPDATE` or `DELETE`
    public record Details(
            @Nullable String id,
            AddResult.Data data,
            String event,
            @JsonProperty("user_id") @Nullable String userId,
            @JsonProperty("agent_id") @Nullable String agentId,
            @JsonProperty("app_id") @Nullable String appId,
            @JsonProperty("run_id") @Nullable String runId,
            String timestamp) {}
}
