package dev.mneme.core.request;

import java.time.Duration;

/// How much one request may send or ask for.
///
/// @param textBytes of a memory's text, as UTF-8
/// @param metadataBytes of a memory's metadata, as JSON
/// @param batchItems memories in one add
/// @param pageItems memories in one answer
/// @param searchTime for a search over every shard
/// @param positionWait for a position that is still ahead
public record Limits(
        int textBytes, int metadataBytes, int batchItems, int pageItems, Duration searchTime, Duration positionWait) {
    public static final Limits DEFAULTS =
            new Limits(64 << 10, 64 << 10, 1_000, 1_000, Duration.ofSeconds(2), Duration.ofSeconds(2));
}
