package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;

/// A log of which an entry cannot be read.
final class DamagedLog extends ForwardingLog {
    private final long damaged;

    DamagedLog(Journal log, long damaged) {
        super(log);
        this.damaged = damaged;
    }

    @Override
    public long read(ShardId shard, long from, long maxBytes, Visitor visitor) {
        return log.read(shard, from, maxBytes, (index, term, entry) -> {
            if (index == damaged) {
                throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, "Entry " + index + " is damaged.");
            }
            visitor.entry(index, term, entry);
        });
    }
}
