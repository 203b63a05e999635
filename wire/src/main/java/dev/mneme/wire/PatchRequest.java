package dev.mneme.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What to change of a memory; what is left out stays.
///
/// @param metadata a JSON merge patch (RFC 7396): null removes a member
/// @param expiresAt null: it expires no more
/// @param expectedVersion the version that the writer saw
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record PatchRequest(
        @Nullable String text,
        @Nullable Map<String, @Nullable Object> metadata,
        @Nullable List<String> categories,
        @Time Given<String> expiresAt,
        float @Nullable [] vector,
        @Nullable String embedder,
        @Nullable Long expectedVersion) {}
