package dev.mneme.api.rest;

import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What `/api/v1/status` tells of the server itself.
///
/// @param embedder the id of what turns texts into vectors; null: nothing does
/// @param sockets open WebSocket connections
/// @param reembedding owners whose vectors are still to be moved to the embedder's space; empty until counted
public record ServerFacts(
        String version,
        Instant startedAt,
        @Nullable String embedder,
        IntSupplier sockets,
        Supplier<OptionalLong> reembedding) {}
