package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;

/// A log of which an entry cannot be read.
final class DamagedLog extends ForwardingLog {
    private final long damaged;

    DamagedLog(CommitLog log, long damaged) {
        super(log);
        this.damaged = damaged;
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
}
