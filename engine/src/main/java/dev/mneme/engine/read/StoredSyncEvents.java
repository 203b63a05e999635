package dev.mneme.engine.read;

import dev.mneme.core.model.At;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.SyncEvents;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The sync events in the tables.
///
/// **Threads**: any.
public final class StoredSyncEvents implements SyncEvents {
    private final Function<Owner, ? extends ShardView> shards;

    /// @param shards the shard of an owner
    public StoredSyncEvents(Function<Owner, ? extends ShardView> shards) {
        this.shards = shards;
    }

    @Override
    public At<Optional<SyncEvent>> find(Owner owner, MemoryId id) {
        try (Scans scans = shards.apply(owner).scan()) {
            byte[] place = scans.row(Keys.syncEventOf(owner.hash(), id));
            byte[] row = place == null ? null : scans.row(Keys.syncEvent(owner.hash(), Rows.arrival(place)));
            return new At<>(Optional.ofNullable(row).map(Rows::syncEvent), scans.position(owner));
        }
    }

    @Override
    public At<List<SyncEvent>> pending(Owner owner, String instanceId, Instant now, int limit) {
        Map<SyncEvent.Priority, List<SyncEvent>> pending = new EnumMap<>(SyncEvent.Priority.class);
        byte[] table = Keys.owned('z', owner.hash());
        try (Scans scans = shards.apply(owner).scan()) {
            scans.rows(table, Keys.end(table), (key, row) -> {
                SyncEvent event = Rows.syncEvent(row);
                if (event.pendingFor(instanceId) && !event.expired(now)) {
                    List<SyncEvent> same = pending.computeIfAbsent(event.priority(), priority -> new ArrayList<>());
                    if (same.size() < limit) {
                        same.add(event);
                    }
                }
                return true;
            });
            List<SyncEvent> all =
                    pending.values().stream().flatMap(List::stream).limit(limit).toList();
            return new At<>(all, scans.position(owner));
        }
    }
}
