package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// One delivery, and how it went.
///
/// @param status `delivered`, `retrying` or `failed`
/// @param responseStatus the HTTP status of the last answer; null when there was none
public record WebhookDeliveryItem(
        @JsonProperty("delivery_id") String deliveryId,
        @JsonProperty("event_type") String eventType,
        @JsonProperty("memory_id") @Nullable String memoryId,
        String status,
        int attempts,
        @JsonProperty("response_status") @Nullable Integer responseStatus,
        @Nullable String error,
        @JsonProperty("attempted_at") String attemptedAt) {}
