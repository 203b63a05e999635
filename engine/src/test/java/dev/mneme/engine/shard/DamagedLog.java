package dev.mneme.engine.shard;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import java.util.Map;

/// A log of which an entry cannot be read.
record DamagedLog(CommitLog log, long damaged) implements CommitLog {
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
        log.replay(shard, afterIndex, (index, term, batch) -> {
            if (index == damaged) {
                throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, "Entry " + index + " is damaged.");
            }
            replay.entry(index, term, batch);
        });
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
