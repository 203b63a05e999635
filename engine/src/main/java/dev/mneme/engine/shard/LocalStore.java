package dev.mneme.engine.shard;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.CommitLog;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.core.spi.SyncEvents;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.feed.KeyFollowers;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.index.OwnerIndexes;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.read.Candidates;
import dev.mneme.engine.read.EntityPage;
import dev.mneme.engine.read.ListPage;
import dev.mneme.engine.read.OperatorFeed;
import dev.mneme.engine.read.OwnerCounter;
import dev.mneme.engine.read.OwnerExport;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.read.SpaceReads;
import dev.mneme.engine.read.StoreSearch;
import dev.mneme.engine.read.StoredContexts;
import dev.mneme.engine.read.StoredDocuments;
import dev.mneme.engine.read.StoredModes;
import dev.mneme.engine.read.StoredResponses;
import dev.mneme.engine.read.StoredSyncEvents;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// All shards of one node: finds the shard of an owner or an id, and asks every shard what concerns several
/// owners.
///
/// **Threads**: any. Each shard has its own applying thread; reads run on the caller's.
public final class LocalStore implements Store, Backups, Exports {
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);

    private final String epoch;
    private final SlotTable slots;
    private final CommitLog log;
    private final List<LocalShard> shards;
    private final LocalShard system;
    private final Subscribers subscribers = new Subscribers();
    private final NodeRuntime runtime;
    private final InstantSource clock;
    private final NodeRoles roles;
    private final KeyFollowers keyFollowers = new KeyFollowers();
    private final StoreConfig config;
    private final BooleanSupplier hasRoom;
    private final BooleanSupplier roomForTables;
    private final ShardMetrics metrics;
    private final Runnable rollLog;
    private final Runnable onClosed;
    private final Maintenance maintenance;
    private final ImportedIds importedIds;
    private final IntegrityChecks checks;
    private final Integrity integrity = new Guards();
    private final ShardsCut cuts;
    private final List<String> unknown;
    private final Integrity.Evidence evidence;

    /// Which shard has a slot.
    @FunctionalInterface
    public interface SlotTable {
        int shardOf(int slot);
    }

    /// What a store stands on; the tables of the system shard come last.
    ///
    /// @param seal what rows are sealed with
    /// @param keyWithData whether the integrity key lies in the data folder
    /// @param rollLog begins a new log segment, so that what an erased owner wrote can go with the old ones
    /// @param forwardIndex the forward index of each shard
    /// @param runtime executions, clock and ticker
    /// @param hasRoom whether the disk has room for more writes
    /// @param roomForTables whether it has room for what is in the log already
    /// @param anchor says elsewhere how far the shards have come
    /// @param unknown what nothing can tell of the last stop
    /// @param evidence what edits are measured by
    /// @param onClosed closes what the store stands on
    public record Parts(
            String epoch,
            Seal seal,
            boolean keyWithData,
            SlotTable slots,
            List<String> shardNames,
            CommitLog log,
            Runnable rollLog,
            List<Tables> tables,
            List<Tables> forwardIndex,
            NodeRuntime runtime,
            BooleanSupplier hasRoom,
            BooleanSupplier roomForTables,
            ShardMetrics metrics,
            Runnable anchor,
            List<String> unknown,
            Integrity.Evidence evidence,
            Runnable onClosed) {}

    private LocalStore(Parts parts, StoreConfig config) {
        this.epoch = parts.epoch();
        this.slots = parts.slots();
        this.log = parts.log();
        this.runtime = parts.runtime();
        this.clock = runtime.clock();
        int owned = parts.tables().size() - 1;
        this.roles = new NodeRoles(
                IntStream.range(0, owned).mapToObj(ShardId::new).toList(),
                owner -> new ShardId(slots.shardOf(owner.slot())));
        this.config = config;
        this.hasRoom = parts.hasRoom();
        this.roomForTables = parts.roomForTables();
        this.metrics = parts.metrics();
        this.rollLog = parts.rollLog();
        this.onClosed = parts.onClosed();
        OwnerIndexes indexes = new OwnerIndexes(config.indexBytes());
        List<LocalShard> all = new ArrayList<>();
        for (int i = 0; i < parts.tables().size(); i++) {
            ShardId id = i < owned ? new ShardId(i) : ShardId.SYSTEM;
            all.add(new LocalShard(
                    i,
                    parts.shardNames().get(i),
                    new SingleCopy(log, i),
                    runtime.execution("shard-" + parts.shardNames().get(i)),
                    parts.tables().get(i),
                    parts.forwardIndex().get(i),
                    indexes,
                    subscribers,
                    runtime,
                    epoch,
                    parts.seal(),
                    config,
                    config.recentBytesOfShard(parts.tables().size()),
                    parts.metrics(),
                    term -> roles.changed(id, term),
                    i < owned ? null : keyFollowers));
        }
        this.shards = List.copyOf(all.subList(0, all.size() - 1));
        this.system = all.getLast();
        this.importedIds = new ImportedIds(shards, ANSWERED_WITHIN, runtime);
        this.checks = new IntegrityChecks(shards.stream().map(LocalShard::guard).toList(), system.guard(), runtime);
        this.cuts = new ShardsCut(all, slots, epoch, parts.seal(), parts.keyWithData(), runtime);
        this.maintenance = new Maintenance(
                runtime.execution("maintenance"),
                all,
                log,
                config.checkpointInterval(),
                new OldVersions(shards, config.retention(), clock),
                new Expiry(config.expires() ? shards : List.of(), clock),
                parts.anchor(),
                new ClockWatch(clock, runtime::nanos, this::latest),
                parts.roomForTables());
        this.unknown = List.copyOf(parts.unknown());
        this.evidence = parts.evidence();
    }

    /// The time that the latest write was stamped with.
    private Instant latest() {
        Instant latest = system.latest();
        for (LocalShard shard : shards) {
            latest = shard.latest().isAfter(latest) ? shard.latest() : latest;
        }
        return latest;
    }

    /// Opens the store: replays what the log has and the tables lack, then begins to serve.
    public static LocalStore open(Parts parts, StoreConfig config) {
        LocalStore store = new LocalStore(parts, config);
        try {
            store.recover();
        } catch (RuntimeException | Error e) {
            store.eachShard(LocalShard::abandon);
            throw e;
        }
        store.eachShard(LocalShard::start);
        List<LocalShard> all = new ArrayList<>(store.shards);
        all.add(store.system);
        Governing.begin(all, new Command.Govern(store.epoch, config.retention()), store.runtime);
        store.maintenance.start();
        store.checks.start();
        return store;
    }

    /// All shards side by side.
    private void recover() {
        List<CompletableFuture<@Nullable Void>> recovering = new ArrayList<>();
        eachShard(shard -> recovering.add(shard.recover()));
        try {
            recovering.forEach(runtime::join);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void eachShard(Consumer<LocalShard> action) {
        shards.forEach(action);
        action.accept(system);
    }

    @Override
    public WriteResult write(Write write) {
        for (Command command : write.commands()) {
            if (ofSystem(command)) {
                throw new MnemeException(ErrorCode.INVALID_REQUEST, "Keys are written to the system shard.");
            }
            if (command instanceof Command.AddMemory add) {
                requireOwn(List.of(add), write.owner());
            }
            if (command instanceof Command.Revise revise) {
                requireOwn(revise.facts(), write.owner());
            }
            if (command instanceof Command.Import each) {
                requireOwn(each.exported(), write.owner());
            }
        }
        LocalShard shard = served(write.owner());
        WriteResult result = write(shard, write, importedIds.hold(write, shard));
        if (write.commands().stream().anyMatch(Command.EraseOwner.class::isInstance)) {
            maintenance.afterErasure(shard, write.owner(), rollLog);
        }
        return result;
    }

    private static void requireOwn(List<Command.AddMemory> added, Owner owner) {
        if (!added.stream().allMatch(add -> add.scope().owner().equals(owner))) {
            throw new MnemeException(ErrorCode.INVALID_REQUEST, "A write adds memories of its own owner alone.");
        }
    }

    private static void requireOwn(Exported exported, Owner owner) {
        if (!exported.owner().equals(owner)) {
            throw new MnemeException(ErrorCode.INVALID_REQUEST, "A write imports records of its own owner alone.");
        }
    }

    @Override
    public WriteResult writeSystem(Write write) {
        if (!write.commands().stream().allMatch(command -> ofSystem(command) || ofDocuments(command))) {
            throw new MnemeException(
                    ErrorCode.INVALID_REQUEST, "The system shard takes keys, documents and embedders alone.");
        }
        return write(system, write);
    }

    private static boolean ofSystem(Command command) {
        return command instanceof Command.PutKey
                || command instanceof Command.DeleteKey
                || command instanceof Command.PutEmbedder;
    }

    private static boolean ofDocuments(Command command) {
        return command instanceof Command.PutDocument || command instanceof Command.DeleteDocument;
    }

    private WriteResult write(LocalShard shard, Write write) {
        return write(shard, write, () -> {});
    }

    /// @param afterwards done once the shard has answered, which may be later than the caller hears
    private WriteResult write(LocalShard shard, Write write, Runnable afterwards) {
        CompletableFuture<WriteResult> answer;
        try {
            answer = submit(shard, write).whenComplete((result, e) -> afterwards.run());
        } catch (RuntimeException e) {
            afterwards.run();
            throw e;
        }
        return ofThisRequest(await(answer));
    }

    @Override
    public Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency) {
        return served(owner).answered(clock.instant(), owner, by, idempotency).map(LocalStore::ofThisRequest);
    }

    private static WriteResult ofThisRequest(WriteResult result) {
        if (!result.outcomes().isEmpty()
                && result.outcomes().getFirst() instanceof Outcome.Rejected rejected
                && rejected.code() == ErrorCode.IDEMPOTENCY_KEY_REUSED) {
            throw MnemeException.at(rejected.code(), "Idempotency-Key", rejected.message());
        }
        return result;
    }

    private CompletableFuture<WriteResult> submit(LocalShard shard, Write write) {
        if (!hasRoom.getAsBoolean() && !write.commands().stream().allMatch(LocalStore::frees)) {
            return CompletableFuture.failedFuture(new MnemeException(
                    ErrorCode.STORAGE_FULL,
                    "The disk is nearly full: make room. Reads go on; writes go on by themselves then."));
        }
        return shard.submit(write);
    }

    /// What makes room must work when there is none.
    private static boolean frees(Command command) {
        return switch (command) {
            case Command.DeleteMemory delete -> true;
            case Command.DeleteUnchanged delete -> true;
            case Command.DeleteMatching delete -> true;
            case Command.EraseOwner erase -> true;
            case Command.ForgetVersions versions -> true;
            case Command.DeleteKey delete -> true;
            case Command.AcceptOwner accept -> true;
            case Command.AcceptKeys accept -> true;
            case Command.Govern govern -> true;
            case Command.DeleteContext delete -> true;
            case Command.Expire expire -> true;
            case Command.DropOldVectors drop -> true;
            case Command.DeleteDocument delete -> true;
            case Command.PutDocument put -> false;
            case Command.BeginSpace begin -> false;
            case Command.StageEmbedding staged -> false;
            case Command.SwitchSpace next -> false;
            case Command.PutEmbedder put -> false;
            case Command.AddMemory add -> false;
            case Command.UpdateMemory update -> false;
            case Command.PutKey put -> false;
            case Command.PutContext put -> false;
            case Command.SwitchMode mode -> false;
            case Command.ConfigureMode mode -> false;
            case Command.RecordResponse response -> false;
            case Command.PostSyncEvent post -> false;
            case Command.ProcessSyncEvent process -> false;
            case Command.Import each -> false;
            case Command.Revise revise -> false;
        };
    }

    private WriteResult await(CompletableFuture<WriteResult> answer) {
        try {
            return runtime.await(answer, ANSWERED_WITHIN);
        } catch (TimeoutException e) {
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "This could not be applied in time; it may be later, by itself. Send the same request with the same"
                            + " idempotency key.",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MnemeException known) {
                throw new MnemeException(known.code(), String.valueOf(known.getMessage()), known);
            }
            throw new MnemeException(ErrorCode.INTERNAL, "The write failed in a way that was not foreseen.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN, "The wait was interrupted: send the same request with the same key.", e);
        }
    }

    private LocalShard shard(Owner owner) {
        return shards.get(slots.shardOf(owner.slot()));
    }

    /// The owner's shard, once the owner is known to be as it was stored.
    private LocalShard served(Owner owner) {
        LocalShard shard = shard(owner);
        shard.guard().require(owner);
        return shard;
    }

    /// Asks the shard that the id names, or every one.
    private <T> Optional<T> byId(MemoryId id, BiFunction<Scans, Pointer, Optional<T>> read) {
        List<LocalShard> candidates = id.slot().isPresent()
                ? List.of(shards.get(slots.shardOf(id.slot().getAsInt())))
                : shards;
        for (LocalShard shard : candidates) {
            try (Scans scans = shard.scan()) {
                Optional<Pointer> pointer = scans.pointer(id);
                if (pointer.isPresent()) {
                    shard.guard().requirePointer(id);
                    shard.guard().require(pointer.get().owner());
                    Optional<T> found = read.apply(scans, pointer.get());
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        if (id.slot().isPresent()) {
            candidates.getFirst().guard().requireSlot(id.slot().getAsInt());
        } else {
            candidates.forEach(shard -> shard.guard().requireAll());
        }
        return Optional.empty();
    }

    @Override
    public Optional<At<Memory>> find(MemoryId id) {
        return byId(
                id,
                (scans, pointer) -> scans.newest(pointer.owner(), pointer.arrival())
                        .map(version -> new At<>(
                                version.memory(),
                                scans.position(version.memory().scope().owner()))));
    }

    @Override
    public Optional<At<List<MemoryVersion>>> history(MemoryId id) {
        return byId(id, (scans, pointer) -> {
            List<MemoryVersion> versions = kept(scans.versions(pointer)).stream()
                    .map(v -> new MemoryVersion(
                            v.event(), v.memory(), v.version(), v.at(), v.by().keyId(), v.by().instance()))
                    .toList();
            return versions.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new At<>(
                            versions,
                            scans.position(versions.getFirst().memory().scope().owner())));
        });
    }

    /// What is beyond the limits is gone for readers, even where it has not yet been removed.
    private List<Version> kept(List<Version> versions) {
        if (versions.isEmpty()) {
            return versions;
        }
        Retention retention = config.retention();
        Instant now = clock.instant();
        Version newest = versions.getLast();
        return versions.stream()
                .filter(version -> !retention.outnumbered(version.version(), newest.version()))
                .filter(version -> (version.equals(newest) && version.event() != MemoryEvent.DELETE)
                        || !retention.outlived(version.at(), now))
                .toList();
    }

    @Override
    public MemoryPage list(MemoryQuery query) {
        ListPage page = new ListPage(query);
        Owner owner = query.owner();
        if (owner != null) {
            try (Scans scans = served(owner).scan()) {
                page.fill(scans, owner.hash());
                return new MemoryPage(page.items(), page.nextCursor(), scans.position(owner));
            }
        }
        for (LocalShard shard : shards) {
            try (Scans scans = shard.scan()) {
                Candidates.owners(scans, query.filter(), each -> {
                    page.fill(scans, each.hash());
                    return true;
                });
            }
        }
        return new MemoryPage(page.items(), page.nextCursor(), null);
    }

    @Override
    public SearchResult search(SearchQuery query) {
        long begin = runtime.nanos();
        StoreSearch search = new StoreSearch(query, runtime::nanos);
        Owner owner = query.owner();
        SearchResult result = owner == null ? search.across(shards) : search.of(served(owner), owner);
        metrics.searched(Duration.ofNanos(runtime.nanos() - begin));
        return result;
    }

    @Override
    public List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit) {
        EntityPage page = new EntityPage(restriction, after, limit);
        for (LocalShard shard : shards) {
            try (Scans scans = shard.scan()) {
                page.fill(scans);
            }
        }
        return page.entities();
    }

    @Override
    public List<Owner> ownersMatching(Filter filter) {
        List<Owner> owners = new ArrayList<>();
        for (LocalShard shard : shards) {
            try (Scans scans = shard.scan()) {
                Candidates.owners(scans, filter, owners::add);
            }
        }
        return owners;
    }

    @Override
    public int leftOut(Filter filter) {
        int leftOut = 0;
        for (LocalShard shard : shards) {
            if (shard.guard().refusesAny()) {
                try (Scans scans = shard.scan()) {
                    Candidates.owners(scans, filter, owner -> true);
                    leftOut += scans.leftOut();
                }
            }
        }
        return leftOut;
    }

    @Override
    public At<OwnerCounts> counts(Owner owner, Restriction restriction, Instant now) {
        try (Scans scans = served(owner).scan()) {
            return new At<>(new OwnerCounter(scans, owner).count(restriction, now), scans.position(owner));
        }
    }

    @Override
    public Position head(Owner owner) {
        LocalShard shard = served(owner);
        long recent = shard.recent().latest(owner);
        if (recent >= 0) {
            return new Position(epoch, owner.slot(), recent);
        }
        try (Scans scans = shard.scan()) {
            return scans.position(owner);
        }
    }

    @Override
    public boolean await(Owner owner, Position position, Duration atMost) {
        if (!position.epoch().equals(epoch)) {
            return false;
        }
        if (head(owner).sequence() >= position.sequence()) {
            return true;
        }
        long deadline = runtime.nanos() + atMost.toNanos();
        AtomicReference<CompletableFuture<@Nullable Void>> advanced =
                new AtomicReference<>(new CompletableFuture<@Nullable Void>());
        try (Subscription _ = subscribe(owner, () -> advanced.get().complete(null))) {
            while (true) {
                CompletableFuture<@Nullable Void> next = new CompletableFuture<>();
                advanced.set(next); // before looking: what comes meanwhile ends the wait at once
                if (head(owner).sequence() >= position.sequence()) {
                    return true;
                }
                runtime.await(next, Duration.ofNanos(Math.max(0, deadline - runtime.nanos())));
            }
        } catch (TimeoutException late) {
            return head(owner).sequence() >= position.sequence();
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public ChangeBatch changes(Owner owner, long afterSequence, int limit) {
        LocalShard shard = served(owner);
        Instant keptSince = clock.instant().minus(config.retention().maxChangeAge());
        Optional<ChangeBatch> recent = recentChanges(shard, owner, afterSequence, limit, keptSince);
        if (recent.isPresent()) {
            recent.get().changes().forEach(change -> Collected.joined(change.subject()));
            return recent.get();
        }
        try (Scans scans = shard.scan()) {
            return scans.changes(owner, afterSequence, limit, keptSince);
        }
    }

    /// What the heap has, unless retention may have a say in it.
    private Optional<ChangeBatch> recentChanges(
            LocalShard shard, Owner owner, long after, int limit, Instant keptSince) {
        List<Change> recent = after == OLDEST ? null : shard.recent().after(owner, after, limit);
        if (recent == null) {
            return Optional.empty();
        }
        long latest = shard.recent().latest(owner);
        boolean retained = latest - after <= config.retention().maxChanges()
                && (recent.isEmpty() || recent.getFirst().at().isAfter(keptSince));
        return retained && latest >= after
                ? Optional.of(new ChangeBatch(recent, after, new Position(epoch, owner.slot(), latest), false))
                : Optional.empty();
    }

    @Override
    public OperatorBatch changes(String cursor, int limit) {
        return OperatorFeed.read(shards, epoch, cursor, limit);
    }

    @Override
    public String operatorCursor() {
        return OperatorFeed.now(shards, epoch);
    }

    @Override
    public Subscription subscribe(@Nullable Owner owner, Runnable onAdvance) {
        return subscribers.subscribe(owner, onAdvance);
    }

    @Override
    public At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts) {
        try (Scans scans = served(owner).scan()) {
            StoredContexts.visit(scans, owner, null, contexts);
            return new At<>(StoredModes.all(scans, owner), scans.position(owner));
        }
    }

    @Override
    public Contexts contexts() {
        return new StoredContexts(this::served);
    }

    @Override
    public Modes modes() {
        return new StoredModes(this::served);
    }

    @Override
    public ResponseSources responses() {
        return new StoredResponses(this::served);
    }

    @Override
    public SyncEvents syncEvents() {
        return new StoredSyncEvents(this::served);
    }

    @Override
    public Documents documents() {
        return new StoredDocuments(this::served);
    }

    @Override
    public Documents systemDocuments() {
        return new StoredDocuments(owner -> {
            system.guard().require(owner);
            return system;
        });
    }

    @Override
    public OwnerSpace space(Owner owner) {
        try (Scans scans = served(owner).scan()) {
            return SpaceReads.space(scans, owner);
        }
    }

    @Override
    public SpacePage spaces(@Nullable String cursor, int limit) {
        return SpaceReads.page(shards, cursor, limit);
    }

    @Override
    public List<Unstaged> unstaged(Owner owner, long afterArrival, int limit) {
        try (Scans scans = served(owner).scan()) {
            return SpaceReads.unstaged(scans, owner, afterArrival, limit);
        }
    }

    @Override
    public List<EmbeddingSpace> embedders() {
        try (Scans scans = system.scan()) {
            return scans.embedders();
        }
    }

    @Override
    public List<ApiKey> keys() {
        try (Scans scans = system.scan()) {
            List<ApiKey> believed = scans.keys(system.guard()::servesKey);
            if (believed.isEmpty()) {
                system.guard().requireRoots();
            }
            return believed;
        }
    }

    @Override
    public Subscription subscribeKeys(KeyListener listener) {
        return keyFollowers.subscribe(listener);
    }

    @Override
    public Leadership leadership() {
        return roles;
    }

    @Override
    public StoreStatus status() {
        long owners = 0;
        long memories = 0;
        long backlog = 0;
        List<StoreStatus.ShardStatus> each = new ArrayList<>();
        for (LocalShard shard : shards) {
            try (Scans scans = shard.scan()) {
                owners += scans.shard().owners();
                memories += scans.shard().memories();
            }
            backlog += shard.backlog();
            each.add(shard.status());
        }
        each.add(system.status());
        CommitLog.State state = log.state() == CommitLog.State.OK && (!hasRoom.getAsBoolean() || blockedSince() != 0)
                ? CommitLog.State.STORAGE_FULL
                : log.state();
        return new StoreStatus(epoch, state, each, owners, memories, backlog, latest());
    }

    /// Since when the tables of some shard have taken nothing, as [NodeRuntime#nanos]; 0 when all do.
    private long blockedSince() {
        long since = system.blockedSince();
        for (LocalShard shard : shards) {
            long each = shard.blockedSince();
            since = since == 0 || (each != 0 && each - since < 0) ? each : since;
        }
        return since;
    }

    /// Whether the tables have taken nothing for so long although there is room: RocksDB does not always recover from
    /// a disk that was full. Opening the store again helps: the log has what they lack.
    public boolean blockedWithRoom(Duration atLeast) {
        long since = blockedSince();
        return since != 0 && runtime.nanos() - since > atLeast.toNanos() && roomForTables.getAsBoolean();
    }

    @Override
    public Integrity integrity() {
        return integrity;
    }

    /// What an operator sees of the guards, and does about it.
    private final class Guards implements Integrity {
        @Override
        public Report report() {
            List<LocalShard> all = new ArrayList<>(shards);
            all.add(system);
            long checked = shards.stream()
                    .mapToLong(shard -> shard.guard().checkedOwners())
                    .sum();
            long owners =
                    shards.stream().mapToLong(shard -> shard.guard().owners()).sum();
            return new Report(
                    checked,
                    Math.max(checked, owners),
                    all.stream().allMatch(shard -> shard.guard().whole()),
                    all.stream()
                            .flatMap(shard -> shard.guard().problems().stream())
                            .toList(),
                    unknown,
                    evidence);
        }

        @Override
        public List<String> verify() {
            List<String> problems = new ArrayList<>();
            eachShard(shard -> problems.addAll(shard.verify()));
            return problems;
        }

        @Override
        public void accept(Owner owner, Provenance by) {
            LocalShard shard = shard(owner);
            LocalStore.this.write(shard, new Write(owner, by, null, List.of(new Command.AcceptOwner())));
            shard.recent().forget(owner);
            shard.guard().accepted(owner.hash());
        }

        @Override
        public void acceptKeys(Provenance by) {
            Write write = new Write(Owner.user("operator"), by, null, List.of(new Command.AcceptKeys()));
            LocalStore.this.write(system, write);
            system.guard().acceptedRoots();
        }
    }

    /// What is found in the midst of an export can only break it off.
    @Override
    public void requireServed(@Nullable Owner owner) {
        if (owner != null) {
            served(owner);
            return;
        }
        shards.forEach(shard -> {
            shard.guard().requireNobodyMissing();
            shard.everyOwner(each -> {});
        });
    }

    @Override
    public void export(@Nullable Owner owner, Consumer<Exported> visitor) {
        if (owner != null) {
            export(served(owner), owner, visitor);
            return;
        }
        shards.forEach(shard -> shard.everyOwner(each -> export(shard, each, visitor)));
    }

    private void export(LocalShard shard, Owner owner, Consumer<Exported> visitor) {
        try (Scans scans = shard.scan()) {
            new OwnerExport(scans, owner, this::kept).read(visitor);
        }
    }

    /// What was proposed before is in, and nothing else is until all shards have been seen: see [ShardsCut].
    @Override
    public Backups.Backup take() {
        BackupCut cut = cuts.take();
        long bytes = 0;
        for (LocalShard shard : shards) {
            bytes += shard.sizeBytes();
        }
        return new StoreBackup(cut, bytes);
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public void close() {
        checks.close();
        maintenance.close();
        eachShard(LocalShard::close);
        onClosed.run();
    }
}
