package dev.mneme.engine.store;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.engine.backup.StoreBackup;
import dev.mneme.engine.feed.KeyFollowers;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.StoreShard.Reads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The store of a node by itself: whatever is asked of a shard is asked of those that are open here.
///
/// ```text
/// writes -> WriteGate -.
///                       > Router -> StoreShard (LocalShards)
/// reads -> RoutedReads -'
/// ```
///
/// **Threads**: any. Each shard has its own applying thread; reads run on the caller's.
public final class LocalStore extends RoutedReads implements Store, Backups, Exports {
    private static final int OWNERS_A_PAGE = 1_000;

    private final Parts parts;
    private final LocalShards shards;
    private final Router router;
    private final WriteGate gate;
    private final IntegrityDesk integrity;
    private final ShardsCut cuts;

    /// What a store stands on.
    ///
    /// @param seal what rows are sealed with
    /// @param keyWithData whether the integrity key lies in the data folder
    /// @param log how the node's log is
    /// @param leadership of which shards the node is primary
    /// @param keys who follows the API keys
    /// @param hasRoom whether the disk has room for more writes
    /// @param roomForTables whether it has room for what is in the log already
    /// @param erased hears of an owner that was erased, and its shard
    /// @param unknown what nothing can tell of the last stop
    /// @param evidence what edits are measured by
    /// @param onClosed closes what the store stands on
    public record Parts(
            String epoch,
            Seal seal,
            boolean keyWithData,
            ShardMap map,
            Supplier<Journal.State> log,
            Leadership leadership,
            KeyFollowers keys,
            NodeRuntime runtime,
            BooleanSupplier hasRoom,
            BooleanSupplier roomForTables,
            ShardMetrics metrics,
            BiConsumer<LocalShard, Owner> erased,
            List<String> unknown,
            Integrity.Evidence evidence,
            Runnable onClosed) {}

    public LocalStore(Parts parts, LocalShards shards) {
        this(parts, shards, new Router(parts.map(), shards::get));
    }

    private LocalStore(Parts parts, LocalShards shards, Router router) {
        super(router, Freshness.ANY, parts.epoch(), parts.metrics(), parts.runtime()::nanos);
        this.parts = parts;
        this.shards = shards;
        this.router = router;
        this.gate = new WriteGate(router, parts.hasRoom(), parts.runtime());
        this.integrity = new IntegrityDesk(router, shards::here, gate, parts.unknown(), parts.evidence());
        this.cuts =
                new ShardsCut(shards, parts.map(), parts.epoch(), parts.seal(), parts.keyWithData(), parts.runtime());
    }

    @Override
    public WriteResult write(Write write) {
        WriteResult result = gate.write(write);
        if (write.commands().stream().anyMatch(Command.EraseOwner.class::isInstance)) {
            LocalShard shard = shards.find(parts.map().of(write.owner()));
            if (shard != null) { // one that has left takes its rows along
                parts.erased().accept(shard, write.owner());
            }
        }
        return result;
    }

    @Override
    public WriteResult writeSystem(Write write) {
        return gate.writeSystem(write);
    }

    @Override
    public Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency) {
        return gate.answered(owner, by, idempotency);
    }

    /// For reads of one owner it waits here, once: its shard has one replica, which goes on from there. So no reader
    /// waits whose turn it is.
    @Override
    public StoreReads reading(Freshness freshness) {
        Owner owner = freshness.owner();
        if (owner != null) {
            router.of(owner).reads(freshness);
            return this;
        }
        return new RoutedReads(router, freshness, parts.epoch(), parts.metrics(), parts.runtime()::nanos);
    }

    @Override
    public Subscription subscribe(@Nullable Owner owner, Runnable onAdvance) {
        return shards.subscribers().subscribe(owner, onAdvance);
    }

    @Override
    public Subscription subscribeKeys(KeyListener listener) {
        return parts.keys().subscribe(listener);
    }

    @Override
    public Leadership leadership() {
        return parts.leadership();
    }

    @Override
    public StoreStatus status() {
        long owners = 0;
        long memories = 0;
        long backlog = 0;
        boolean blocked = false;
        Instant latest = Instant.MIN;
        List<StoreStatus.ShardStatus> each = new ArrayList<>();
        for (StoreShard.Status status : here()) {
            owners += status.owners();
            memories += status.memories();
            backlog += status.indexBacklog();
            blocked |= status.blockedSince() != 0;
            latest = status.latest().isAfter(latest) ? status.latest() : latest;
            each.add(status.shard());
        }
        Journal.State log = parts.log().get();
        boolean full = log == Journal.State.OK && (blocked || !parts.hasRoom().getAsBoolean());
        return new StoreStatus(
                parts.epoch(), full ? Journal.State.STORAGE_FULL : log, each, owners, memories, backlog, latest);
    }

    private List<StoreShard.Status> here() {
        return router.eachFound(shards::here, StoreShard::status);
    }

    /// Whether the tables have taken nothing for so long although there is room: RocksDB does not always
    /// recover from a disk that was full. Opening the store again helps: the log has what they lack.
    public boolean blockedWithRoom(Duration atLeast) {
        long now = parts.runtime().nanos();
        return parts.roomForTables().getAsBoolean()
                && shards.all().stream()
                        .mapToLong(LocalShard::blockedSince)
                        .anyMatch(since -> since != 0 && now - since > atLeast.toNanos());
    }

    @Override
    public Integrity integrity() {
        return integrity;
    }

    /// What is found in the midst of an export can only break it off.
    @Override
    public void requireServed(@Nullable Owner owner) {
        if (owner != null) {
            router.of(owner).requireServed(owner);
            return;
        }
        for (StoreShard shard : router.all()) {
            Reads reads = shard.reads(Freshness.ANY);
            reads.requireNobodyMissing();
            everyOwner(reads, each -> {});
        }
    }

    @Override
    public void export(@Nullable Owner owner, Consumer<Exported> visitor) {
        if (owner != null) {
            router.of(owner).reads(Freshness.ANY).export(owner, visitor);
            return;
        }
        for (StoreShard shard : router.all()) {
            Reads reads = shard.reads(Freshness.ANY);
            everyOwner(reads, each -> reads.export(each, visitor));
        }
    }

    private static void everyOwner(Reads reads, Consumer<Owner> visitor) {
        List<Owner> page = reads.owners(null, OWNERS_A_PAGE);
        while (!page.isEmpty()) {
            page.forEach(visitor);
            page = reads.owners(page.getLast().hash(), OWNERS_A_PAGE);
        }
    }

    /// What was proposed before is in, and nothing else is until all shards have been seen: see [ShardsCut].
    @Override
    public Backups.Backup take() {
        long bytes = shards.ofOwners().stream().mapToLong(LocalShard::sizeBytes).sum();
        return new StoreBackup(cuts.take(), bytes);
    }

    @Override
    public String epoch() {
        return parts.epoch();
    }

    @Override
    public void close() {
        parts.onClosed().run();
    }
}
