package dev.mneme.engine.replica;

import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.Map;
import java.util.SortedSet;

/// Hands everything on to another log, but for what a subclass does otherwise.
abstract class ForwardingLog implements Journal {
    final Journal log;

    ForwardingLog(Journal log) {
        this.log = log;
    }

    @Override
    public void open(ShardId shard, Callback callback) {
        log.open(shard, callback);
    }

    @Override
    public void drop(ShardId shard, Callback callback) {
        log.drop(shard, callback);
    }

    @Override
    public SortedSet<ShardId> shards() {
        return log.shards();
    }

    @Override
    public void append(ShardId shard, long index, long term, byte[] entry, Callback callback) {
        log.append(shard, index, term, entry, callback);
    }

    @Override
    public void truncateFrom(ShardId shard, long index, Callback callback) {
        log.truncateFrom(shard, index, callback);
    }

    @Override
    public void vote(ShardId shard, long term, String votedFor, Callback callback) {
        log.vote(shard, term, votedFor, callback);
    }

    @Override
    public void members(ShardId shard, byte[] members, Callback callback) {
        log.members(shard, members, callback);
    }

    @Override
    public void reset(ShardId shard, long index, long term, Callback callback) {
        log.reset(shard, index, term, callback);
    }

    @Override
    public long read(ShardId shard, long from, long maxBytes, Visitor visitor) {
        return log.read(shard, from, maxBytes, visitor);
    }

    @Override
    public long firstIndex(ShardId shard) {
        return log.firstIndex(shard);
    }

    @Override
    public long lastIndex(ShardId shard) {
        return log.lastIndex(shard);
    }

    @Override
    public long lastTerm(ShardId shard) {
        return log.lastTerm(shard);
    }

    @Override
    public Vote vote(ShardId shard) {
        return log.vote(shard);
    }

    @Override
    public byte[] members(ShardId shard) {
        return log.members(shard);
    }

    @Override
    public void releaseBefore(ShardId shard, long index) {
        log.releaseBefore(shard, index);
    }

    @Override
    public Hold hold(ShardId shard, long from) {
        return log.hold(shard, from);
    }

    @Override
    public Map<ShardId, Long> pinning() {
        return log.pinning();
    }

    @Override
    public int maxEntryBytes() {
        return log.maxEntryBytes();
    }

    @Override
    public State state() {
        return log.state();
    }

    @Override
    public void close() {
        log.close();
    }
}
