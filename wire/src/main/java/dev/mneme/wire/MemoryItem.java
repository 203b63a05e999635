package dev.mneme.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A memory to store.
///
/// @param role who said it, such as `user` or `assistant`
/// @param timestamp when it was said
/// @param expiresAt from then on it is hidden
/// @param vector the caller's own embedding; left out, the server embeds the text
/// @param embedder what made `vector`
/// @param dedupe false stores it even if the same memory is there already
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record MemoryItem(
        Given<String> userId,
        Given<String> agentId,
        Given<String> appId,
        Given<String> runId,
        String text,
        @Nullable String role,
        @Nullable Map<String, @Nullable Object> metadata,
        @Nullable List<String> categories,
        @Time @Nullable String timestamp,
        @Time @Nullable String expiresAt,
        float @Nullable [] vector,
        @Nullable String embedder,
        @Nullable Boolean dedupe) {}
