package dev.mneme.core.spi;

import java.util.List;

/// How the store is.
///
/// @param indexBacklog memories that the search index has yet to rebuild; 0 in normal running
public record StoreStatus(
        String epoch, CommitLog.State log, List<ShardStatus> shards, long owners, long memories, long indexBacklog) {

    /// @param error what stopped the shard, or the empty string
    public record ShardStatus(String name, long logIndex, long applied, long checkpoint, int queue, String error) {}
}
