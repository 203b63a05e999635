package dev.mneme.engine.store;

import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// Which shard to ask: the one that has an owner or an id, or every one. It knows no replica: who finds a
/// shard by its id may have it here, or know the node that has it.
///
/// What is asked of every shard is refused when one of them cannot be found: an answer that silently lacks
/// its owners would be taken for the whole.
///
/// **Threads**: any.
final class Router {
    private final ShardMap map;
    private final Function<ShardId, StoreShard> shards;

    /// @param shards finds a shard, or throws `NOT_PRIMARY`
    Router(ShardMap map, Function<ShardId, StoreShard> shards) {
        this.map = map;
        this.shards = shards;
    }

    StoreShard of(Owner owner) {
        return shards.apply(map.of(owner));
    }

    /// The shard that the id names, or every one.
    List<StoreShard> of(MemoryId id) {
        return map.of(id).map(shard -> List.of(shards.apply(shard))).orElseGet(this::all);
    }

    StoreShard system() {
        return shards.apply(ShardId.SYSTEM);
    }

    /// The shards of owners.
    ///
    /// @throws MnemeException `NOT_PRIMARY` when one cannot be found
    List<StoreShard> all() {
        return map.ids().stream().map(shards).toList();
    }

    /// Something of each shard that can be found, the system's too: for who asks how they are. One that leaves
    /// meanwhile is left out.
    ///
    /// @param find finds a shard, if it can be asked now
    <T> List<T> eachFound(Function<ShardId, Optional<StoreShard>> find, Function<StoreShard, T> part) {
        List<T> parts = new ArrayList<>();
        for (ShardId id : map.idsWithSystem()) {
            Optional<StoreShard> found = find.apply(id);
            try {
                found.map(part).ifPresent(parts::add);
            } catch (MnemeException e) {
                if (find.apply(id).equals(found)) { // it has not left: it fails
                    throw e;
                }
            }
        }
        return parts;
    }

    /// Something of each shard of owners, by id.
    <T> SortedMap<ShardId, T> each(Function<StoreShard, T> part) {
        SortedMap<ShardId, T> parts = new TreeMap<>();
        all().forEach(shard -> parts.put(shard.id(), part.apply(shard)));
        return parts;
    }
}
