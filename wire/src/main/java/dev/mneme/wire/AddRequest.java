package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Either;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Memories to store. The shapes say what its components must be like.
@Either({MemoryItem.class, AddManyRequest.class})
@Doc("One memory to store, or many as `items`.")
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
        @Nullable @Time(placed = true) String timestamp,
        @Nullable @Time String expiresAt,
        float @Nullable [] vector,
        @Nullable String embedder,
        @Nullable Boolean dedupe,
        @Nullable List<MemoryItem> items) {}
