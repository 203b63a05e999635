package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// An entity as mem0's own server lists it.
///
/// @param createdAt when the first memory came; null where an older version did not keep it
public record ServerEntity(
        String id,
        String type,
        @JsonProperty("total_memories") long totalMemories,
        @JsonProperty("created_at") @Nullable String createdAt,
        @JsonProperty("updated_at") String updatedAt) {}
