package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// A user, agent, app or run that memories carry.
///
/// @param id a number made of type and name, always the same, in digits
/// @param createdAt when the first memory came; null where an older version did not keep it
public record EntityItem(
        String id,
        String name,
        String type,
        String owner,
        @Nullable Object metadata,
        @JsonProperty("total_memories") long totalMemories,
        @JsonProperty("created_at") @Nullable String createdAt,
        @JsonProperty("updated_at") String updatedAt) {}
