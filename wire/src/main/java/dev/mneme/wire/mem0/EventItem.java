package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What became of a request that made an event.
///
/// @param status `PENDING`, `RUNNING`, `SUCCEEDED` or `FAILED`
/// @param payload the messages of what has not succeeded
/// @param metadata of an extraction: `failed_attempts`, and the last one's `reason`
/// @param results what it did to memories, those that are gone or hidden left out
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
