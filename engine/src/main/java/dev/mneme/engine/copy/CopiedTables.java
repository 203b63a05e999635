package dev.mneme.engine.copy;

import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;

/// Where the rows and words of copies lie: empty when they are opened, and nothing that has to be kept.
///
/// **Threads**: as [Tables].
public interface CopiedTables extends AutoCloseable {
    Tables rows(ShardId shard);

    Tables words(ShardId shard);

    @Override
    void close();
}
