package dev.mneme.engine.replica;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A log that keeps what became durable for a follower, also what the node no longer needs.
public final class RecordingLog extends ForwardingLog {
    /// What became durable, by shard, in order.
    public static final class Recorded {
        private final Map<ShardId, List<byte[]>> entries = new ConcurrentHashMap<>();

        public List<byte[]> of(ShardId shard) {
            return List.copyOf(entries.getOrDefault(shard, List.of()));
        }
    }

    private final Recorded recorded;

    public RecordingLog(Journal log, Recorded recorded) {
        super(log);
        this.recorded = recorded;
    }

    @Override
    public void append(ShardId shard, long index, long term, byte[] entry, Callback callback) {
        log.append(shard, index, term, entry, new Callback() {
            @Override
            public void durable(long at) {
                recorded.entries
                        .computeIfAbsent(shard, each -> new ArrayList<>())
                        .add(entry.clone());
                callback.durable(at);
            }

            @Override
            public void failed(MnemeException failure) {
                callback.failed(failure);
            }
        });
    }
}
