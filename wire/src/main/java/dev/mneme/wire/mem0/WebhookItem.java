package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A webhook.
///
/// @param secret what deliveries are signed with; shown once, in the answer that made it
public record WebhookItem(
        @JsonProperty("webhook_id") String webhookId,
        String name,
        String url,
        @JsonProperty("event_types") List<String> eventTypes,
        String owner,
        @JsonProperty("is_active") boolean active,
        String project,
        @JsonInclude(Include.NON_NULL) @Nullable String secret,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("updated_at") String updatedAt) {}
