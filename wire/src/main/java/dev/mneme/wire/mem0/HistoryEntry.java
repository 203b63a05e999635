package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One version of a memory.
///
/// @param id of the entry: the same each time it is asked for
/// @param input the message that the version was made of
/// @param event `ADD`, `UPDATE` or `DELETE`
public record HistoryEntry(
        String id,
        @JsonProperty("memory_id") String memoryId,
        List<Message> input,
        @JsonProperty("old_memory") @Nullable String oldMemory,
        @JsonProperty("new_memory") @Nullable String newMemory,
        @JsonProperty("user_id") @Nullable String userId,
        @JsonProperty("agent_id") @Nullable String agentId,
        @JsonProperty("app_id") @Nullable String appId,
        @JsonProperty("session_id") @Nullable String sessionId,
        @JsonProperty("actor_id") @Nullable String actorId,
        @Nullable String role,
        List<String> categories,
        String event,
        @JsonProperty("is_deleted") boolean deleted,
        Map<String, @Nullable Object> metadata,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("updated_at") String updatedAt) {
    public record Message(String role, String content) {}
}
