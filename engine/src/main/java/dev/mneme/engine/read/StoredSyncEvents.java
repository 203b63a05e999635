package dev.mneme.engine.read;

import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.SyncEvents;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The sync events in the tables.
///
/// **Threads**: any.
public final class StoredSyncEvents implements SyncEvents {
    /// How many events a page looks at; beyond that it ends early.
    static final int MAX_SEEN = 1_000;

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
    public At<Page> pending(Owner owner, String instanceId, Instant now, @Nullable Place after, int limit) {
        byte[] hash = owner.hash();
        byte[] table = Keys.owned('P', hash);
        byte[] from =
                after == null ? table : Keys.pendingEvent(hash, after.priority().rank(), after.sequence() + 1);
        List<SyncEvent> page = new ArrayList<>();
        AtomicReference<@Nullable Place> last = new AtomicReference<>();
        AtomicReference<@Nullable Place> next = new AtomicReference<>();
        int[] seen = new int[1];
        try (Scans scans = shards.apply(owner).scan()) {
            scans.rows(from, Keys.end(table), (key, none) -> {
                if (page.size() == limit || seen[0] == MAX_SEEN) {
                    next.set(last.get());
                    return false;
                }
                seen[0]++;
                SyncEvent event = event(scans, hash, Keys.lastNumber(key));
                if (event.pendingFor(instanceId) && !event.expired(now)) {
                    Collected.joined(event);
                    page.add(event);
                }
                last.set(new Place(event.priority(), event.sequence()));
                return true;
            });
            return new At<>(new Page(page, next.get()), scans.position(owner));
        }
    }

    private static SyncEvent event(Scans scans, byte[] owner, long sequence) {
        byte[] row = scans.row(Keys.syncEvent(owner, sequence));
        if (row == null) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION, "A pending sync event is missing. Run mneme verify.");
        }
        return Rows.syncEvent(row);
    }
}
