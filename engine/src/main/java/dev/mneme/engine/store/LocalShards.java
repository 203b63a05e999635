package dev.mneme.engine.store;

import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.read.KeptVersions;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.replica.ShardRefusals;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The shards that are open on this node, by id. They come and go while others are asked: who has found one may go on
/// with it, and is refused by the shard itself once it has ended.
///
/// **Threads**: any may look; the node alone adds and removes.
public final class LocalShards {
    private final KeptVersions kept;
    private final Subscribers subscribers;
    private final NodeRuntime runtime;
    private volatile SortedMap<ShardId, LocalShard> shards = Collections.emptySortedMap();

    public LocalShards(KeptVersions kept, Subscribers subscribers, NodeRuntime runtime) {
        this.kept = kept;
        this.subscribers = subscribers;
        this.runtime = runtime;
    }

    /// @throws dev.mneme.core.model.MnemeException `NOT_PRIMARY` when it is not here
    StoreShard get(ShardId id) {
        return here(id).orElseThrow(() -> ShardRefusals.notHere(id));
    }

    Optional<StoreShard> here(ShardId id) {
        return Optional.ofNullable(shards.get(id)).map(shard -> new LocalStoreShard(shard, kept, subscribers, runtime));
    }

    Subscribers subscribers() {
        return subscribers;
    }

    public @Nullable LocalShard find(ShardId id) {
        return shards.get(id);
    }

    public boolean has(ShardId id) {
        return shards.containsKey(id);
    }

    /// As they are now, the system's last.
    public Collection<LocalShard> all() {
        return shards.values();
    }

    /// Those of owners, as they are now.
    public Collection<LocalShard> ofOwners() {
        return shards.headMap(ShardId.SYSTEM).values();
    }

    public synchronized void add(LocalShard shard) {
        SortedMap<ShardId, LocalShard> more = new TreeMap<>(shards);
        more.put(shard.id(), shard);
        shards = Collections.unmodifiableSortedMap(more);
    }

    public synchronized void remove(ShardId id) {
        SortedMap<ShardId, LocalShard> fewer = new TreeMap<>(shards);
        fewer.remove(id);
        shards = Collections.unmodifiableSortedMap(fewer);
    }
}
