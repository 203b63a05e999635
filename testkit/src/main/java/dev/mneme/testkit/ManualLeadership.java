package dev.mneme.testkit;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/// Roles that a test gives and takes; an owner's shard is its slot's rest.
///
/// **Threads**: any.
public final class ManualLeadership implements Leadership {
    private final int shards;
    private final Map<ShardId, Long> terms = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /// @param shards that have owners
    public ManualLeadership(int shards) {
        this.shards = shards;
    }

    public void give(ShardId shard, long term) {
        terms.put(shard, term);
        listeners.forEach(Runnable::run);
    }

    public void take(ShardId shard) {
        terms.remove(shard);
        listeners.forEach(Runnable::run);
    }

    @Override
    public long term(ShardId shard) {
        return terms.getOrDefault(shard, 0L);
    }

    @Override
    public ShardId shardOf(Owner owner) {
        return new ShardId(owner.slot() % shards);
    }

    @Override
    public List<ShardId> shards() {
        return IntStream.range(0, shards).mapToObj(ShardId::new).toList();
    }

    @Override
    public Store.Subscription onChange(Runnable told) {
        listeners.add(told);
        return () -> listeners.remove(told);
    }
}
