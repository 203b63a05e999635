package dev.mneme.engine.replica;

import dev.mneme.core.spi.CommitLog;
import java.util.Map;

/// Hands everything on to another log, but for what a subclass does otherwise.
abstract class ForwardingLog implements CommitLog {
    final CommitLog log;

    ForwardingLog(CommitLog log) {
        this.log = log;
    }

    @Override
    public void propose(int shard, byte[] batch, Callback callback) {
        log.propose(shard, batch, callback);
    }

    @Override
    public int maxBatchBytes() {
        return log.maxBatchBytes();
    }

    @Override
    public void replay(int shard, long afterIndex, Replay replay) {
        log.replay(shard, afterIndex, replay);
    }

    @Override
    public long lastIndex(int shard) {
        return log.lastIndex(shard);
    }

    @Override
    public void checkpointed(int shard, long index) {
        log.checkpointed(shard, index);
    }

    @Override
    public Map<Integer, Long> pinning() {
        return log.pinning();
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
