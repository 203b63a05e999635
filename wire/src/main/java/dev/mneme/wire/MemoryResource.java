package dev.mneme.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A memory.
///
/// @param metadata the caller's own JSON object
/// @param timestamp when it was said, by the caller's account
/// @param version counts 1, 2, 3 …; also its `ETag`
/// @param replacedBy the id of the memory that superseded it
public record MemoryResource(
        String id,
        @Nullable String userId,
        @Nullable String agentId,
        @Nullable String appId,
        @Nullable String runId,
        String text,
        @Nullable String role,
        Map<String, @Nullable Object> metadata,
        List<String> categories,
        @Nullable String timestamp,
        String createdAt,
        String updatedAt,
        @Nullable String expiresAt,
        long version,
        @Nullable String replacedBy) {}
