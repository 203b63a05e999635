package dev.mneme.engine.shard;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreStatus.ShardStatus;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.feed.RecentChanges;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.index.IndexSource;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.index.OwnerIndexes;
import dev.mneme.engine.index.ShardIndex;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.read.ShardView;
import dev.mneme.engine.state.Applied;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One shard of a local store with everything that follows its log: tables, search index, recent changes.
final class LocalShard implements AutoCloseable, ShardListener, ShardView {
    private static final Logger LOG = System.getLogger(LocalShard.class.getName());
    private static final Duration TELLING = Duration.ofNanos(20_000);

    private final String name;

    private final Tables tables;
    private final Tables forwardIndex;
    private final String epoch;
    private final ShardGuard guard;
    private final StateMachine machine;
    private final Shard shard;
    private final ShardIndex index;
    private final RecentChanges recent;
    private final Subscribers subscribers;
    private final NodeRuntime runtime;
    private final LongConsumer leads;
    private final Store.@Nullable KeyListener keys;

    /// @param leads is told the term in which this replica is primary, and 0 when it is not
    /// @param keys is told of the keys that are put and deleted; null: there are none here
    LocalShard(
            int number,
            String name,
            Agreement agreement,
            Execution execution,
            Tables tables,
            Tables forwardIndex,
            OwnerIndexes indexes,
            Subscribers subscribers,
            NodeRuntime runtime,
            String epoch,
            Seal seal,
            StoreConfig config,
            long recentBytes,
            ShardMetrics metrics,
            LongConsumer leads,
            Store.@Nullable KeyListener keys) {
        this.runtime = runtime;
        this.leads = leads;
        this.keys = keys;
        this.name = name;
        this.recent = new RecentChanges(recentBytes);
        this.tables = tables;
        this.forwardIndex = forwardIndex;
        this.epoch = epoch;
        this.subscribers = subscribers;
        this.guard = new ShardGuard(name, tables, seal);
        this.index = new ShardIndex(forwardIndex, new RowSource(), indexes);
        this.machine = new StateMachine(tables, new Govern(epoch, config.retention()));
        Applier applier = new Applier(name, tables, machine, new StoringStage(seal), this, execution);
        this.shard = new Shard(
                number,
                name,
                agreement,
                tables,
                applier,
                this,
                execution,
                runtime.clock(),
                config.queueLimit(),
                metrics);
    }

    /// Begins to bring tables and index to where the log is.
    ///
    /// @return completes when they are there
    CompletableFuture<@Nullable Void> recover() {
        guard.begin();
        Governing.requireEpoch(tables, name, epoch, guard::sound);
        index.begin(tables.appliedIndex());
        shard.start();
        return shard.recovered();
    }

    /// Makes what the search index lacks, aside. Once it has recovered.
    void start() {
        if (index.backlog() > 0) {
            LOG.log(Level.INFO, "Shard {0}: checking the search index of {1} owners", name, index.backlog());
            rebuildNext();
        }
    }

    /// One slice after another on the shard's thread, with writes in between.
    private void rebuildNext() {
        shard.run(() -> {
            if (index.rebuildSlice()) {
                rebuildNext();
            } else {
                LOG.log(Level.INFO, "Shard {0}: the search index is whole", name);
            }
        });
    }

    @Override
    public void indexed(long logIndex, List<IndexUpdate> updates) {
        index.applied(logIndex, updates);
    }

    @Override
    public void role(Agreement.Role role, long term) {
        leads.accept(term);
    }

    @Override
    public void applied(ShardBatch entry, Applied what) {
        Store.KeyListener ofKeys = keys;
        if (ofKeys != null) {
            tellOfKeys(ofKeys, entry, what);
        }
        tellOf(what.changes());
    }

    private static void tellOfKeys(Store.KeyListener to, ShardBatch entry, Applied what) {
        for (int i = 0; i < entry.writes().size(); i++) {
            List<Outcome> outcomes = what.results().get(i).outcomes();
            for (int j = 0; j < outcomes.size(); j++) {
                Command command = entry.writes().get(i).commands().get(j);
                if (outcomes.get(j) instanceof Outcome.Rejected) {
                    continue;
                }
                if (command instanceof Command.PutKey(ApiKey key)) {
                    to.put(key);
                } else if (command instanceof Command.DeleteKey(String id)) {
                    to.deleted(id);
                }
            }
        }
    }

    private void tellOf(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        Set<Owner> advanced = new LinkedHashSet<>(); // told in the order of the changes
        for (Change change : changes) {
            recent.add(change);
            advanced.add(change.owner());
        }
        subscribers.wake(advanced);
    }

    /// The search index keeps nothing of what it had; readers are woken, whose positions may have advanced.
    @Override
    public void replaced(long logIndex, Tables.Snapshot before) {
        guard.replaced();
        try (Tables.Snapshot now = tables.snapshot()) {
            index.replaced(logIndex, each -> {
                heads(before, (hash, owner) -> each.accept(hash));
                heads(now, (hash, owner) -> each.accept(hash));
            });
            recent.clear();
            if (keys != null) {
                keys.replaced();
            }
            heads(now, (hash, owner) -> {
                if (owner != null) {
                    subscribers.wake(List.of(owner));
                }
            });
        }
    }

    /// @param visitor is shown the hash of each owner, and the owner unless it was erased
    private static void heads(Tables.Snapshot rows, BiConsumer<byte[], @Nullable Owner> visitor) {
        byte[] table = Keys.table('h');
        rows.scan(table, Keys.end(table), (key, row) -> {
            visitor.accept(Keys.ownerOf(key), Rows.Head.decode(row).owner());
            return true;
        });
    }

    CompletableFuture<WriteResult> submit(Write write) {
        return shard.submit(write);
    }

    /// What its entries are decided by; null if its rows do not say.
    @Nullable
    Govern rules() {
        return Governing.rules(tables);
    }

    /// See [StateMachine#answered].
    Optional<WriteResult> answered(Instant now, Owner owner, Provenance by, Write.Idempotency idempotency) {
        Instant latest = latest();
        return machine.answered(now.isAfter(latest) ? now : latest, owner, by, idempotency);
    }

    /// See [Shard#hold].
    CompletableFuture<Long> hold() {
        return shard.hold();
    }

    void resume() {
        shard.resume();
    }

    /// The rows as they are now. While the shard is held they are those of one log index.
    BackupCut.Part part() {
        return new BackupCut.Part(name, tables.appliedIndex(), tables.snapshot());
    }

    long sizeBytes() {
        return tables.sizeBytes();
    }

    @Override
    public Scans scan() {
        return new Scans(tables, epoch, guard);
    }

    /// What is wrong with the rows: see [ShardVerification].
    List<String> verify() {
        return guard.verify();
    }

    /// Every owner that was not erased.
    ///
    /// @throws MnemeException `INTEGRITY_VIOLATION` at one that may not be shown
    void everyOwner(Consumer<Owner> visitor) {
        byte[] table = Keys.table('h');
        try (Tables.Snapshot rows = tables.snapshot()) {
            rows.scan(table, Keys.end(table), (key, row) -> {
                guard.require(Keys.ownerOf(key));
                Owner owner = Rows.Head.decode(row).owner();
                if (owner != null) {
                    visitor.accept(owner);
                }
                return true;
            });
        }
    }

    ShardGuard guard() {
        return guard;
    }

    RecentChanges recent() {
        return recent;
    }

    @Override
    public ShardIndex indexAsOfRows() {
        long contained = tables.appliedIndex();
        while (shard.appliedIndex() < contained && shard.running()) {
            runtime.pause(TELLING);
        }
        return index;
    }

    long backlog() {
        return index.backlog();
    }

    /// Since when its tables have taken nothing: see [Shard#blockedSince].
    long blockedSince() {
        return shard.blockedSince();
    }

    boolean checkpointDue() {
        return shard.checkpointDue();
    }

    /// The index last: after a crash it is then ahead of the tables, and replaying makes up for it.
    void checkpoint() {
        shard.checkpoint();
        index.checkpoint();
    }

    /// Drops from the disk what an erased owner's deletions left behind: rows, names and words.
    void compactErased(Owner owner) {
        byte[] hash = owner.hash();
        for (char table : (Keys.OWNED_TABLES + 'h').toCharArray()) {
            byte[] range = Keys.owned(table, hash);
            tables.compact(range, Keys.end(range));
        }
        byte[] entities = Keys.table('n'); // which scope ids the memories carried is no longer known
        tables.compact(entities, Keys.end(entities));
        byte[] expiries = Keys.table('f');
        tables.compact(expiries, Keys.end(expiries));
        index.compact(hash);
    }

    /// The time that the latest write was stamped with.
    Instant latest() {
        return shard.latest();
    }

    ShardStatus status() {
        return shard.status();
    }

    /// The rows for another replica.
    Agreement.Snapshot snapshot() {
        return shard.snapshot();
    }

    /// What this replica is to the shard.
    Agreement.Role role() {
        return shard.role();
    }

    /// Whether this replica is primary, so that the work on its data is this node's.
    boolean leads() {
        return shard.role() == Agreement.Role.PRIMARY;
    }

    /// See [Shard#readBarrier].
    CompletableFuture<Long> readBarrier() {
        return shard.readBarrier();
    }

    /// See [Shard#finish].
    CompletableFuture<@Nullable Void> finish() {
        return shard.finish();
    }

    /// Ends it as it is, when the store could not be opened. Its tables stay open.
    void abandon() {
        runtime.join(shard.finish());
        shard.close();
    }

    @Override
    public void close() {
        runtime.join(shard.finish());
        shard.close();
        try {
            if (shard.running()) {
                checkpoint();
            }
        } catch (MnemeException e) {
            LOG.log(
                    Level.WARNING,
                    "Shard {0}: no checkpoint while closing; the next start replays more: {1}",
                    name,
                    e.getMessage());
        }
        forwardIndex.close();
        tables.close();
    }

    /// The rows as the index wants them.
    private final class RowSource implements IndexSource {
        @Override
        public void memories(byte[] owner, Visitor visitor) {
            try (Scans scans = scan()) {
                long generation = scans.generation(owner);
                scans.memories(owner, 0, (arrival, version) -> {
                    Memory memory = version.memory();
                    visitor.memory(arrival, memory, () -> embedding(scans, owner, generation, arrival));
                    return true;
                });
            }
        }

        private static @Nullable Embedding embedding(Scans scans, byte[] owner, long generation, long arrival) {
            byte[] row = scans.embeddingRow(owner, generation, arrival);
            return row == null ? null : Rows.embedding(row);
        }

        @Override
        public void ownersChangedAfter(long logIndex, Consumer<byte[]> visitor) {
            try (Scans scans = new Scans(tables, epoch)) {
                scans.ownersChangedAfter(logIndex, visitor);
            }
        }
    }
}
