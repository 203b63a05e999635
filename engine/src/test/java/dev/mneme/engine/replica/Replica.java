package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.index.OwnerIndexes;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.ShardVerification;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.read.StoreSearch;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.StateDigest;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One node's replica of a shard, on the heap, run a step at a time: it can be killed and opened again. Somebody
/// follows the feed of each of its owners, and reads only when he is woken.
final class Replica {
    static final String EPOCH = "abcdefgh";
    static final Seal SEAL = seal(0);
    static final Retention RETENTION = Retention.DEFAULTS;

    private final HeapTables.Home rows = new HeapTables.Home();
    private final HeapTables.Home words = new HeapTables.Home();
    private final ManualClock clock = new ManualClock();
    private final Seal seal;
    private final List<Owner> owners;
    private final Map<Owner, List<Change>> followed = new HashMap<>();
    private final Set<Owner> woken = new HashSet<>();
    private HeapTables openRows = new HeapTables(rows);
    private SteppedExecution execution = new SteppedExecution();
    private LocalShard shard;
    private CompletableFuture<@Nullable Void> recovered;
    private boolean full;

    /// @param agreement of the first life
    /// @param node has an integrity key of its own
    Replica(Agreement agreement, List<Owner> owners, int node) {
        this.owners = owners;
        this.seal = seal(node);
        owners.forEach(owner -> followed.put(owner, new ArrayList<>()));
        this.shard = life(agreement);
        recovered = shard.recover();
    }

    /// What another node seals its rows with.
    static Seal seal(int node) {
        byte[] key = new byte[32];
        key[0] = (byte) node;
        return Seal.under(key);
    }

    private LocalShard life(Agreement agreement) {
        execution = new SteppedExecution();
        openRows = new HeapTables(rows);
        Subscribers subscribers = new Subscribers();
        owners.forEach(owner -> subscribers.subscribe(owner, () -> woken.add(owner)));
        woken.addAll(owners);
        return shard(
                agreement,
                execution,
                new FillableTables(openRows, () -> full),
                new FillableTables(new HeapTables(words), () -> full),
                subscribers,
                clock,
                EPOCH,
                seal);
    }

    /// A shard by itself.
    static LocalShard shard(
            Agreement agreement,
            Execution execution,
            Tables rows,
            Tables words,
            Subscribers subscribers,
            InstantSource clock,
            String epoch,
            Seal seal) {
        LocalShard.Common common = new LocalShard.Common(
                epoch,
                seal,
                clock,
                new OwnerIndexes(1 << 20),
                subscribers,
                RETENTION,
                QueueLimit.of(1_000, 0),
                1 << 20,
                ShardMetrics.NONE);
        return new LocalShard(new ShardId(0), agreement, execution, rows, words, common);
    }

    /// Dies as by a kill, and lives again.
    void restart(Agreement agreement) {
        execution.close();
        shard = life(agreement);
        recovered = shard.recover();
    }

    /// Answers what was submitted, then ends, with a checkpoint.
    void close() {
        CompletableFuture<@Nullable Void> ended = shard.finish();
        execution.run();
        assertThat(ended).isCompleted();
        assertThat(recovered).isDone();
        shard.close();
    }

    SteppedExecution execution() {
        return execution;
    }

    ManualClock clock() {
        return clock;
    }

    LocalShard shard() {
        return shard;
    }

    void fill(boolean now) {
        full = now;
    }

    CompletableFuture<WriteResult> submit(Write write) {
        return shard.submit(write);
    }

    /// Whether its search index contains what its rows do: else who searches would wait.
    boolean searchable() {
        return shard.status().applied() == appliedOfRows();
    }

    private long appliedOfRows() {
        try (Tables.Snapshot now = shard.rows()) {
            return now.appliedIndex();
        }
    }

    long sequence(Owner owner) {
        try (Scans scans = shard.scan()) {
            return scans.position(owner).sequence();
        }
    }

    List<MemoryId> search(Owner owner, String word) {
        return new StoreSearch(Fixtures.words(owner, word, Instant.EPOCH))
                .of(shard, owner).hits().stream().map(hit -> hit.memory().id()).toList();
    }

    /// Whoever was woken reads on from where he was: no gap, no repeat.
    void follow() {
        for (Owner owner : List.copyOf(woken)) {
            woken.remove(owner);
            List<Change> seen = Objects.requireNonNull(followed.get(owner));
            try (Scans scans = shard.scan()) {
                if (scans.position(owner).sequence() < seen.size()) {
                    continue; // the rows went back, and will come to where they were
                }
                ChangeBatch batch = scans.changes(owner, seen.size(), 100_000, Instant.EPOCH);
                assertThat(batch.reset())
                        .as("reset of %s at %d", owner, seen.size())
                        .isFalse();
                for (Change change : batch.changes()) {
                    assertThat(change.position().sequence()).isEqualTo(seen.size() + 1L);
                    seen.add(change);
                }
            }
        }
    }

    /// Every change that is kept.
    ChangeBatch changes(Owner owner) {
        try (Scans scans = shard.scan()) {
            return scans.changes(owner, Store.OLDEST, 100_000, Instant.EPOCH);
        }
    }

    List<Change> followed(Owner owner) {
        return List.copyOf(Objects.requireNonNull(followed.get(owner)));
    }

    /// What the heap has of the latest changes is what the rows have.
    void requireRecent(Owner owner) {
        long latest = shard.recent().latest(owner);
        if (latest < 0) {
            return;
        }
        assertThat(latest).isEqualTo(sequence(owner));
        List<Change> recent = shard.recent().after(owner, latest - 1, 10);
        assertThat(recent).isEqualTo(List.of(followed(owner).getLast()));
    }

    NavigableMap<String, String> content() {
        try (Tables.Snapshot now = shard.rows()) {
            return content(now);
        }
    }

    /// Every row below the MACs, which are each node's own.
    static NavigableMap<String, String> content(Tables.Snapshot rows) {
        HexFormat hex = HexFormat.of();
        NavigableMap<String, String> content = new TreeMap<>();
        rows.all((key, row) -> content.put(hex.formatHex(key), hex.formatHex(StateDigest.stateForm(key, row))) == null);
        return content;
    }

    /// Somebody takes a row of a table out of what lies on the disk, past the shard.
    void takeOut(char table) {
        HeapTables disk = openRows;
        Tables.Batch batch = new Tables.Batch();
        try (Tables.Snapshot now = disk.snapshot()) {
            now.scan(Keys.table(table), Keys.end(Keys.table(table)), (key, row) -> {
                batch.delete(key);
                return false;
            });
        }
        assertThat(batch.rows()).isNotEmpty();
        batch.appliedIndex(disk.appliedIndex());
        disk.write(batch);
    }

    /// Every row is as it was stored, under this node's own key.
    void requireSound() {
        try (Tables.Snapshot now = shard.rows()) {
            assertThat(ShardVerification.problems(now, seal, "0")).isEmpty();
        }
    }
}
