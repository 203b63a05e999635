package dev.mneme.core.spi;

import java.time.Instant;
import java.util.List;

/// How the store is.
///
/// @param indexBacklog memories that the search index has yet to rebuild; 0 in normal running
/// @param latest the time that the latest write was stamped with: it never goes back, so that it is ahead of the
///     clock when that was wrong once
public record StoreStatus(
        String epoch,
        Journal.State log,
        List<ShardStatus> shards,
        long owners,
        long memories,
        long indexBacklog,
        Instant latest) {

    public StoreStatus(
            String epoch, Journal.State log, List<ShardStatus> shards, long owners, long memories, long indexBacklog) {
        this(epoch, log, shards, owners, memories, indexBacklog, Instant.EPOCH);
    }

    /// @param error what stopped the shard, or the empty string
    public record ShardStatus(String name, long logIndex, long applied, long checkpoint, int queue, String error) {}
}
