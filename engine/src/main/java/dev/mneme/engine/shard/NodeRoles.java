package dev.mneme.engine.shard;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// Of which shards of its own a node is primary, as their agreements say it.
///
/// **Threads**: any; each shard tells of itself alone.
final class NodeRoles implements Leadership {
    private final List<ShardId> shards;
    private final Function<Owner, ShardId> shardOf;
    private final Map<ShardId, Long> terms = new ConcurrentHashMap<>();
    private final List<Told> listeners = new CopyOnWriteArrayList<>();

    /// Identity matters: the same runnable may be registered twice.
    private static final class Told {
        final Runnable of;

        Told(Runnable of) {
            this.of = of;
        }
    }

    /// @param shards that have owners
    NodeRoles(List<ShardId> shards, Function<Owner, ShardId> shardOf) {
        this.shards = List.copyOf(shards);
        this.shardOf = shardOf;
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
        return shardOf.apply(owner);
    }

    @Override
    public List<ShardId> shards() {
        return shards;
    }

    @Override
    public Store.Subscription onChange(Runnable told) {
        Told registration = new Told(told);
        listeners.add(registration);
        return () -> listeners.remove(registration);
    }
}
