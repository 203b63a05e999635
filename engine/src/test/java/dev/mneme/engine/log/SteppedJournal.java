package dev.mneme.engine.log;

import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.Map;
import java.util.SortedSet;

/// A stepped log whose steps are done in the calls themselves. **Threads**: any; one at a time gets in.
public record SteppedJournal(WriteAheadLog log) implements Journal {
    private void run(Runnable request) {
        synchronized (log) {
            request.run();
            boolean more = true;
            while (more) {
                more = log.step();
            }
        }
    }

    @Override
    public void open(ShardId shard, Callback callback) {
        run(() -> log.open(shard, callback));
    }

    @Override
    public void drop(ShardId shard, Callback callback) {
        run(() -> log.drop(shard, callback));
    }

    @Override
    public SortedSet<ShardId> shards() {
        return log.shards();
    }

    @Override
    public void append(ShardId shard, long index, long term, byte[] entry, Callback callback) {
        run(() -> log.append(shard, index, term, entry, callback));
    }

    @Override
    public void truncateFrom(ShardId shard, long index, Callback callback) {
        run(() -> log.truncateFrom(shard, index, callback));
    }

    @Override
    public void vote(ShardId shard, long term, String votedFor, Callback callback) {
        run(() -> log.vote(shard, term, votedFor, callback));
    }

    @Override
    public void members(ShardId shard, byte[] members, Callback callback) {
        run(() -> log.members(shard, members, callback));
    }

    @Override
    public void reset(ShardId shard, long index, long term, Callback callback) {
        run(() -> log.reset(shard, index, term, callback));
    }

    @Override
    public long read(ShardId shard, long from, long maxBytes, Visitor visitor) {
        synchronized (log) {
            return log.read(shard, from, maxBytes, visitor);
        }
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
        synchronized (log) {
            log.releaseBefore(shard, index);
        }
    }

    @Override
    public Hold hold(ShardId shard, long from) {
        Hold hold = log.hold(shard, from);
        return new Hold() {
            @Override
            public void advance(long index) {
                synchronized (log) {
                    hold.advance(index);
                }
            }

            @Override
            public boolean isLost() {
                return hold.isLost();
            }

            @Override
            public void close() {
                synchronized (log) {
                    hold.close();
                }
            }
        };
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
        synchronized (log) {
            log.close();
        }
    }
}
