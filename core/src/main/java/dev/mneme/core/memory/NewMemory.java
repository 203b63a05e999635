package dev.mneme.core.memory;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A memory as a caller sends it.
///
/// @param name the speaker, where it is not part of the text
/// @param vector the caller's own, or null to have the text embedded
/// @param embedder what made `vector`; null: `caller`
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record NewMemory(
        ScopeIds scope,
        String text,
        @Nullable String role,
        @Nullable String name,
        JsonObject metadata,
        List<String> categories,
        @Nullable Timestamp timestamp,
        @Nullable Instant expiresAt,
        float @Nullable [] vector,
        @Nullable String embedder,
        boolean dedupe) {}
