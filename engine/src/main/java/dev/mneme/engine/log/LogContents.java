package dev.mneme.engine.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a log holds: its shards, record by record. Not thread-safe: owned by recovery, then guarded by the catalog.
final class LogContents {
    private final Map<Integer, ShardLog> shards = new HashMap<>();

    @Nullable
    ShardLog find(int id) {
        return shards.get(id);
    }

    Collection<ShardLog> shards() {
        return shards.values();
    }

    /// As a header says it, by their ids.
    List<ShardState> states() {
        List<ShardState> states = new ArrayList<>(shards.size());
        shards.values().forEach(shard -> states.add(shard.state()));
        states.sort(Comparator.comparingInt(state -> Integer.MIN_VALUE + state.id())); // unsigned: the system's is last
        return List.copyOf(states);
    }

    /// Whether the record can follow what is there.
    boolean accepts(LogRecord head) {
        ShardLog shard = shards.get(head.shard());
        return switch (head.kind()) {
            case LogRecord.OPEN -> shard == null;
            case LogRecord.DROP -> shard != null;
            default -> shard != null && shard.accepts(head);
        };
    }

    /// Takes on a record that can follow.
    ///
    /// @param payload of any record but an entry
    void apply(LogRecord head, LogPosition place, byte[] payload) {
        switch (head.kind()) {
            case LogRecord.OPEN -> begin(ShardState.empty(head.shard()));
            case LogRecord.DROP -> shards.remove(head.shard());
            default -> held(head.shard()).apply(head, place, payload);
        }
    }

    private ShardLog held(int id) {
        ShardLog shard = shards.get(id);
        if (shard == null) {
            throw new IllegalStateException("no shard " + id);
        }
        return shard;
    }

    /// A shard of which nothing is held, at this state.
    void begin(ShardState state) {
        shards.put(state.id(), new ShardLog(state));
    }

    void remove(int id) {
        shards.remove(id);
    }
}
