package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request that made an event, and its result.
///
/// @param status `PENDING`, `RUNNING`, `SUCCEEDED` or `FAILED`
/// @param payload the messages, as long as it has not succeeded
/// @param metadata for an extraction: `failed_attempts`, and the `reason` of the last one
/// @param results what it did to memories, except those that are gone or hidden
/// @param latency in milliseconds
public record EventItem(
        String id,
        @JsonProperty("event_type") String eventType,
        String status,
        Map<String, @Nullable Object> payload,
        Map<String, @Nullable Object> metadata,
        List<AddResult> results,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("updated_at") String updatedAt,
        @JsonProperty("started_at") @Nullable String startedAt,
        @JsonProperty("completed_at") @Nullable String completedAt,
        @Nullable Double latency) {}
