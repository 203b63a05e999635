package dev.mneme.engine.log;

import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;

/// Entries of the log that are kept for a reader: see [ShardHolds]. The segments that it alone kept go as it
/// moves on.
final class LogHold implements Journal.Hold {
    private final SegmentCatalog catalog;
    private final SegmentFolder folder;
    private final ShardId shard;
    private final ShardHolds.Held held;

    LogHold(SegmentCatalog catalog, SegmentFolder folder, ShardId shard, ShardHolds.Held held) {
        this.catalog = catalog;
        this.folder = folder;
        this.shard = shard;
        this.held = held;
    }

    @Override
    public void advance(long index) {
        catalog.advance(shard, held, index);
        folder.deleteUnneeded();
    }

    @Override
    public boolean isLost() {
        return catalog.isLost(shard, held);
    }

    @Override
    public void close() {
        catalog.end(shard, held);
        folder.deleteUnneeded();
    }
}
