package dev.mneme.engine.node;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.store.ShardMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Of which shards of its own a node is primary, as their agreements say it.
///
/// **Threads**: any; each shard tells of itself alone.
final class NodeRoles implements Leadership {
    private final ShardMap map;
    private final Map<ShardId, Long> terms = new ConcurrentHashMap<>();
    private final List<Told> listeners = new CopyOnWriteArrayList<>();

    /// Identity matters: the same runnable may be registered twice.
    private static final class Told {
        final Runnable of;

        Told(Runnable of) {
            this.of = of;
        }
    }

    NodeRoles(ShardMap map) {
        this.map = map;
    }

    /// @param term 0: it is not primary
    void changed(ShardId shard, long term) {
        Long before = term == 0 ? terms.remove(shard) : terms.put(shard, term);
        if ((before == null ? 0 : before) != term) {
            listeners.forEach(told -> told.of.run());
        }
    }

    @Override
    public long term(ShardId shard) {
        return terms.getOrDefault(shard, 0L);
    }

    @Override
    public ShardId shardOf(Owner owner) {
        return map.of(owner);
    }

    @Override
    public List<ShardId> shards() {
        return List.copyOf(map.ids());
    }

    @Override
    public Store.Subscription onChange(Runnable told) {
        Told registration = new Told(told);
        listeners.add(registration);
        return () -> listeners.remove(registration);
    }
}
