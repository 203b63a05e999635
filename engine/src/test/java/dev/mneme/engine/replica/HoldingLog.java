package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayList;
import java.util.List;

/// A log that keeps appends waiting, as one does whose disk is slow, and meanwhile refuses more, as
/// one does whose queue is full.
public final class HoldingLog extends ForwardingLog {
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean holding;
    private boolean refusing;

    public HoldingLog(Journal log) {
        super(log);
    }

    public synchronized void hold() {
        holding = true;
    }

    public synchronized void refuse() {
        refusing = true;
    }

    public synchronized void release() {
        holding = false;
        refusing = false;
        waiting.forEach(Runnable::run);
        waiting.clear();
    }

    public synchronized int held() {
        return waiting.size();
    }

    @Override
    public synchronized void append(ShardId shard, long index, long term, byte[] entry, Callback callback) {
        if (refusing) {
            callback.failed(new MnemeException(ErrorCode.OVERLOADED, "The queue is full."));
        } else if (holding) {
            waiting.add(() -> log.append(shard, index, term, entry, callback));
        } else {
            log.append(shard, index, term, entry, callback);
        }
    }
}
