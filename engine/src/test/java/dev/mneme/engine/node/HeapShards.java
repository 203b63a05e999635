package dev.mneme.engine.node;

import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/// The shards of a node of a test, which stay as they are.
record HeapShards(SortedSet<ShardId> held, Function<ShardId, Tables> ofRows, Function<ShardId, Tables> ofWords)
        implements ShardFiles {
    @Override
    public SortedSet<ShardId> received() {
        return new TreeSet<>();
    }

    @Override
    public SortedSet<ShardId> unfinished() {
        return new TreeSet<>();
    }

    @Override
    public void begin(ShardId shard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void receive(ShardId shard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void keep(ShardId shard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void giveUp(ShardId shard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void drop(ShardId shard, Duration atMost) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Tables rows(ShardId shard) {
        return ofRows.apply(shard);
    }

    @Override
    public Tables words(ShardId shard) {
        return ofWords.apply(shard);
    }
}
