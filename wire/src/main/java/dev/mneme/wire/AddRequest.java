package dev.mneme.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One memory to store or, with `items`, many: then only the scope ids and `metadata` may stand beside `items`,
/// and are what items that lack them get (metadata member by member).
///
/// The other components are those of [MemoryItem].
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record AddRequest(
        Given<String> userId,
        Given<String> agentId,
        Given<String> appId,
        Given<String> runId,
        @Nullable String text,
        @Nullable String role,
        @Nullable Map<String, @Nullable Object> metadata,
        @Nullable List<String> categories,
        @Time @Nullable String timestamp,
        @Time @Nullable String expiresAt,
        float @Nullable [] vector,
        @Nullable String embedder,
        @Nullable Boolean dedupe,
        @Nullable List<MemoryItem> items) {}
