package dev.mneme.engine.replica;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A log that keeps what it committed for a follower, also what the node no longer needs.
public final class RecordingLog extends ForwardingLog {
    /// What was committed, by shard, in order.
    public static final class Committed {
        private final Map<Integer, List<byte[]>> entries = new ConcurrentHashMap<>();

        public List<byte[]> of(int shard) {
            return List.copyOf(entries.getOrDefault(shard, List.of()));
        }
    }

    private final Committed committed;

    public RecordingLog(CommitLog log, Committed committed) {
        super(log);
        this.committed = committed;
    }

    @Override
    public void propose(int shard, byte[] batch, Callback callback) {
        log.propose(shard, batch, new Callback() {
            @Override
            public void committed(long index, long term) {
                committed
                        .entries
                        .computeIfAbsent(shard, each -> new ArrayList<>())
                        .add(batch.clone());
                callback.committed(index, term);
            }

            @Override
            public void failed(MnemeException failure) {
                callback.failed(failure);
            }
        });
    }
}
