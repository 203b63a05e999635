package dev.mneme.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What to search for: words, a vector, or both. A scope id of null asks for memories that have none of its kind.
///
/// @param vector the query as the caller embedded it
/// @param filter such as `{"categories":{"contains":"health"}}`
/// @param topK how many results at most: 1 to 1000, 10 when left out
/// @param threshold the least score, 0 to 1
/// @param explain whether each result says what its score is made of
/// @param showExpired whether expired memories are searched too
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record SearchRequest(
        @Nullable String query,
        float @Nullable [] vector,
        @Nullable String embedder,
        Given<String> userId,
        Given<String> agentId,
        Given<String> appId,
        Given<String> runId,
        @Nullable Map<String, @Nullable Object> filter,
        @Nullable Integer topK,
        @Nullable Double threshold,
        @Nullable Boolean explain,
        @Nullable Boolean showExpired) {}
