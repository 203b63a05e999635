package dev.mneme.engine.replica;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreStatus.ShardStatus;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.feed.RecentChanges;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.index.OwnerIndexes;
import dev.mneme.engine.index.ShardIndex;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.ShardGuard;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.read.IndexedRows;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.read.ShardView;
import dev.mneme.engine.state.Applied;
import dev.mneme.engine.state.Decided;
import dev.mneme.engine.state.OwnerRow;
import dev.mneme.engine.state.ShardRules;
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
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/// One shard of a local store with everything that follows its log: tables, search index, recent changes.
public final class LocalShard implements AutoCloseable, ShardListener, ShardView {
    private static final Logger LOG = System.getLogger(LocalShard.class.getName());
    private static final Duration TELLING = Duration.ofNanos(20_000);

    private final ShardId id;
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
    private final ObjLongConsumer<ShardId> leads;
    private final Store.@Nullable KeyListener keys; // null: there are none in this shard

    /// What all shards of a node have in common.
    ///
    /// @param epoch of their positions
    /// @param indexes the search indexes on the heap
    /// @param queue how many writes may wait for one shard
    /// @param recentBytes what the recent changes of one shard may take of the heap
    /// @param leads is told the term in which this node's replica of a shard is primary, and 0 when it is not
    /// @param keys is told of the keys that the system shard's entries put and delete
    public record Common(
            String epoch,
            Seal seal,
            NodeRuntime runtime,
            OwnerIndexes indexes,
            Subscribers subscribers,
            Retention retention,
            QueueLimit queue,
            long recentBytes,
            ShardMetrics metrics,
            ObjLongConsumer<ShardId> leads,
            Store.KeyListener keys) {}

    /// @param forwardIndex what the search index is loaded from
    public LocalShard(
            ShardId id, Agreement agreement, Execution execution, Tables tables, Tables forwardIndex, Common common) {
        String name = id.toString();
        this.id = id;
        this.runtime = common.runtime();
        this.leads = common.leads();
        this.keys = id.equals(ShardId.SYSTEM) ? common.keys() : null;
        this.recent = new RecentChanges(common.recentBytes());
        this.tables = tables;
        this.forwardIndex = forwardIndex;
        this.epoch = common.epoch();
        this.subscribers = common.subscribers();
        this.guard = new ShardGuard(name, tables, common.seal());
        IndexedRows rows = new IndexedRows(this::scan, () -> new Scans(tables, epoch));
        this.index = new ShardIndex(forwardIndex, rows, common.indexes());
        this.machine = new StateMachine(tables, new Govern(epoch, common.retention()));
        StoringStage stage = new StoringStage(common.seal());
        Applier applier = new Applier(name, tables, machine, stage, this, execution);
        this.shard = new Shard(
                id, agreement, tables, applier, this, execution, runtime.clock(), common.queue(), common.metrics());
    }

    public ShardId id() {
        return id;
    }

    public String epoch() {
        return epoch;
    }

    /// Begins to bring tables and index to where the log is.
    ///
    /// @return completes when they are there
    public CompletableFuture<@Nullable Void> recover() {
        guard.begin();
        ShardRules.requireEpoch(tables, id.toString(), epoch, guard::sound);
        index.begin(tables.appliedIndex());
        shard.start();
        return shard.recovered();
    }

    /// Makes what the search index lacks, aside. Once it has recovered.
    public void start() {
        if (index.backlog() > 0) {
            LOG.log(Level.INFO, "Shard {0}: checking the search index of {1} owners", id, index.backlog());
            rebuildNext();
        }
    }

    /// One slice after another on the shard's thread, with writes in between.
    private void rebuildNext() {
        shard.run(() -> {
            if (index.rebuildSlice()) {
                rebuildNext();
            } else {
                LOG.log(Level.INFO, "Shard {0}: the search index is whole", id);
            }
        });
    }

    @Override
    public void indexed(long logIndex, List<IndexUpdate> updates) {
        index.applied(logIndex, updates);
    }

    @Override
    public void role(Agreement.Role role, long term) {
        leads.accept(id, term);
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

    @Override
    public void requireOwn(Rows.Shard own) {
        ShardRules.requireEpoch(own.rules(), id.toString(), epoch);
    }

    /// The search index keeps nothing of what it had. Readers are woken: their owners may have advanced, or been
    /// erased.
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
        }
        subscribers.wakeAll();
    }

    /// @param visitor is shown the hash of each owner, and the owner unless it was erased
    private static void heads(Tables.Snapshot rows, BiConsumer<byte[], @Nullable Owner> visitor) {
        byte[] table = Keys.table('h');
        rows.scan(table, Keys.end(table), (key, row) -> {
            visitor.accept(Keys.ownerOf(key), Rows.Head.decode(row).owner());
            return true;
        });
    }

    public CompletableFuture<WriteResult> submit(Write write) {
        return shard.submit(write);
    }

    /// See [StateMachine#decide].
    public Decided decide(Instant at, Owner owner, List<Write> writes, Govern by) {
        return machine.decide(at, owner, writes, by);
    }

    /// Stores rows of an owner that were decided elsewhere: see [StateMachine#take]. Whoever follows the owner is
    /// woken.
    ///
    /// @return completes when every reader finds them
    public CompletableFuture<@Nullable Void> take(Instant at, Owner owner, List<OwnerRow> rows, boolean asChanges) {
        return shard.take(index -> machine.take(index, at, owner, rows, asChanges), () -> {
            recent.forget(owner);
            tellOfKeys(rows);
            if (rows.stream().anyMatch(OwnerRow::isChange)) {
                subscribers.wake(List.of(owner));
            }
        });
    }

    /// Forgets an owner without a change, and tells nobody.
    public CompletableFuture<@Nullable Void> forget(Owner owner) {
        return shard.take(index -> machine.forget(index, owner), () -> recent.forget(owner));
    }

    private void tellOfKeys(List<OwnerRow> rows) {
        Store.KeyListener listener = keys;
        if (listener != null) {
            rows.stream()
                    .filter(row -> row.table() == 'k')
                    .forEach(
                            row -> row.apiKey().ifPresentOrElse(listener::put, () -> listener.deleted(row.apiKeyId())));
        }
    }

    /// What its entries are decided by; null if its rows do not say.
    @Nullable
    public Govern rules() {
        return ShardRules.of(tables);
    }

    /// See [StateMachine#answered].
    public Optional<WriteResult> answered(Instant now, Owner owner, Provenance by, Write.Idempotency idempotency) {
        Instant latest = latest();
        return machine.answered(now.isAfter(latest) ? now : latest, owner, by, idempotency);
    }

    /// See [Shard#hold].
    public CompletableFuture<Long> hold() {
        return shard.hold();
    }

    public void resume() {
        shard.resume();
    }

    /// The rows as they are now. While the shard is held they are those of one log index. Close it soon.
    public Tables.Snapshot rows() {
        return tables.snapshot();
    }

    public long sizeBytes() {
        return tables.sizeBytes();
    }

    @Override
    public Scans scan() {
        return new Scans(tables, epoch, guard);
    }

    /// What is wrong with the rows: see `ShardVerification`.
    public List<String> verify() {
        return guard.verify();
    }

    public ShardGuard guard() {
        return guard;
    }

    public RecentChanges recent() {
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

    public long backlog() {
        return index.backlog();
    }

    /// Since when its tables have taken nothing: see [Shard#blockedSince].
    public long blockedSince() {
        return shard.blockedSince();
    }

    public boolean checkpointDue() {
        return shard.checkpointDue();
    }

    /// The index last: after a crash it is then ahead of the tables, and replaying makes up for it.
    public void checkpoint() {
        shard.checkpoint();
        index.checkpoint();
    }

    /// Drops from the disk what an erased owner's deletions left behind: rows, names and words.
    public void compactErased(Owner owner) {
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
    public Instant latest() {
        return shard.latest();
    }

    public ShardStatus status() {
        return shard.status();
    }

    /// The rows for another replica.
    public Agreement.Snapshot snapshot() {
        return shard.snapshot();
    }

    /// What this replica is to the shard.
    public Agreement.Role role() {
        return shard.role();
    }

    /// Whether this replica is primary, so that the work on its data is this node's.
    public boolean leads() {
        return shard.role() == Agreement.Role.PRIMARY;
    }

    /// See [Shard#readBarrier].
    public CompletableFuture<Long> readBarrier() {
        return shard.readBarrier();
    }

    /// See [Shard#finish].
    CompletableFuture<@Nullable Void> finish() {
        return shard.finish();
    }

    /// Forgets what the heap has of its owners' search indexes, which another node may have changed meanwhile.
    public void forgetLoaded() {
        try (Tables.Snapshot now = tables.snapshot()) {
            heads(now, (hash, owner) -> index.forget(hash));
        }
    }

    /// Ends at once, since the shard is no longer here: writes that wait are refused with `NOT_PRIMARY`, those under
    /// way with `OUTCOME_UNKNOWN`. Nothing is checkpointed.
    public void leave() {
        runtime.join(shard.leave());
        shard.close();
    }

    /// Ends it as it is, when the store could not be opened. Its tables stay open.
    public void abandon() {
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
                    id,
                    e.getMessage());
        }
        forwardIndex.close();
        tables.close();
    }
}
