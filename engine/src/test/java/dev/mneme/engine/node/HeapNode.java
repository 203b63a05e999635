package dev.mneme.engine.node;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.ShardMap;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.engine.table.ForwardingTables;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.HeapJournal;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A node on the heap that can be opened again, and whose tables can be told to refuse writes.
public final class HeapNode {
    public static final int SHARDS = 3;
    public static final List<ShardId> IDS = List.of(new ShardId(0), new ShardId(1), ShardId.SYSTEM);

    private final HeapJournal.Home entries = new HeapJournal.Home(IDS);
    private final List<HeapTables.Home> rows =
            Stream.generate(HeapTables.Home::new).limit(SHARDS).toList();
    private final List<HeapTables.Home> words =
            Stream.generate(HeapTables.Home::new).limit(SHARDS).toList();
    private final AtomicInteger refused = new AtomicInteger();
    private HeapJournal log = new HeapJournal(entries);
    private final AtomicReference<@Nullable Runnable> afterFirstSnapshot = new AtomicReference<>();
    private volatile @Nullable RuntimeException brokenRows;
    private volatile @Nullable RuntimeException brokenWords;
    private volatile boolean killed;
    private volatile IntConsumer atSnapshots = shard -> {};
    private final NodeRuntime runtime;

    public HeapNode() {
        this(new ManualClock());
    }

    public HeapNode(InstantSource clock) {
        this(new SystemRuntime(clock));
    }

    public HeapNode(NodeRuntime runtime) {
        this.runtime = runtime;
    }

    public LocalStore open() {
        log = new HeapJournal(entries);
        return open(log);
    }

    public LocalStore open(Journal on) {
        return open(on, "abcdefgh", Retention.DEFAULTS);
    }

    public LocalStore open(Journal on, String epoch, Retention retention) {
        LocalNode.Parts parts = new LocalNode.Parts(
                epoch,
                Seal.under(new byte[32]),
                true,
                ShardMap.of(slot -> IDS.get(slot % (SHARDS - 1))),
                on,
                new HeapShards(
                        new TreeSet<>(IDS),
                        shard -> new Breakable(rows, shard, true),
                        shard -> new Breakable(words, shard, false)),
                () -> {},
                runtime,
                () -> true,
                () -> true,
                ShardMetrics.NONE,
                () -> {},
                List.of(),
                Integrity.Evidence.NONE,
                on::close);
        StoreConfig config = new StoreConfig(retention, 1_000, Duration.ofSeconds(60), 0, 1 << 20);
        return LocalNode.open(parts, config.withExpires(false)) // nothing changes but by the test's commands
                .store();
    }

    public HeapJournal log() {
        return log;
    }

    /// The rows of a shard, while no store is open.
    public Tables rows(int shard) {
        return new HeapTables(rows.get(shard));
    }

    /// Nothing that was applied since the last checkpoint is kept.
    public void kill(LocalStore store) {
        killed = true;
        store.close();
        killed = false;
    }

    public void breakTables(RuntimeException with) {
        brokenRows = with;
    }

    /// Runs this once, between the next snapshot of the first shard's rows and whatever comes after it.
    public void afterFirstSnapshot(Runnable once) {
        afterFirstSnapshot.set(once);
    }

    /// Runs this at each snapshot of a shard's rows, with the shard's place among [#IDS].
    public void atSnapshots(IntConsumer each) {
        atSnapshots = each;
    }

    public void breakIndex(RuntimeException with) {
        brokenWords = with;
    }

    public void mendTables() {
        brokenRows = null;
        brokenWords = null;
    }

    public int refusedWrites() {
        return refused.get();
    }

    private final class Breakable extends ForwardingTables {
        private final boolean ofRows;
        private final int shard;

        Breakable(List<HeapTables.Home> homes, ShardId shard, boolean ofRows) {
            super(new HeapTables(homes.get(IDS.indexOf(shard))));
            this.ofRows = ofRows;
            this.shard = IDS.indexOf(shard);
        }

        @Override
        public void write(Batch batch) {
            RuntimeException broken = ofRows ? brokenRows : brokenWords;
            if (broken != null) {
                refused.incrementAndGet();
                throw broken;
            }
            tables.write(batch);
        }

        @Override
        public Snapshot snapshot() {
            Snapshot snapshot = tables.snapshot();
            Runnable next = ofRows && shard == 0 ? afterFirstSnapshot.getAndSet(null) : null;
            if (next != null) {
                next.run();
            }
            if (ofRows) {
                atSnapshots.accept(shard);
            }
            return snapshot;
        }

        @Override
        public long checkpoint() {
            if (killed) {
                throw new MnemeException(ErrorCode.INTERNAL, "killed");
            }
            return tables.checkpoint();
        }
    }
}
