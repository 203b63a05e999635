package dev.mneme.core.spi;

import java.time.Instant;
import java.util.List;

/// The state of a store.
///
/// @param indexBacklog memories that the search index has yet to rebuild; 0 in normal operation
/// @param latest the time of the latest write. It never goes back, so it is ahead of the clock if the clock was once
///     wrong
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

    /// @param error what stopped the shard, or an empty string
    public record ShardStatus(String name, long logIndex, long applied, long checkpoint, int queue, String error) {}
}
