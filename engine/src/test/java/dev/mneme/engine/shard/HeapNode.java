package dev.mneme.engine.shard;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.CommitLog;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.HeapCommitLog;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A node on the heap that can be opened again, and whose tables can be told to refuse writes.
final class HeapNode {
    static final int SHARDS = 3;

    private final HeapCommitLog.Home entries = new HeapCommitLog.Home(SHARDS);
    private final List<HeapTables.Home> rows =
            Stream.generate(HeapTables.Home::new).limit(SHARDS).toList();
    private final List<HeapTables.Home> words =
            Stream.generate(HeapTables.Home::new).limit(SHARDS).toList();
    private final AtomicInteger refused = new AtomicInteger();
    private HeapCommitLog log = new HeapCommitLog(entries);
    private final AtomicReference<@Nullable Runnable> afterFirstSnapshot = new AtomicReference<>();
    private volatile @Nullable RuntimeException brokenRows;
    private volatile @Nullable RuntimeException brokenWords;
    private volatile boolean killed;
    private final InstantSource clock;

    HeapNode() {
        this(new ManualClock());
    }

    HeapNode(InstantSource clock) {
        this.clock = clock;
    }

    LocalStore open() {
        log = new HeapCommitLog(entries);
        return open(log);
    }

    LocalStore open(CommitLog on) {
        return open(on, "abcdefgh", Retention.DEFAULTS);
    }

    LocalStore open(CommitLog on, String epoch, Retention retention) {
        LocalStore.Parts parts = new LocalStore.Parts(
                epoch,
                Seal.under(new byte[32]),
                true,
                slot -> slot % (SHARDS - 1),
                List.of("0", "1", "system"),
                on,
                () -> {},
                rows.stream().<Tables>map(home -> new Breakable(home, true)).toList(),
                words.stream().<Tables>map(home -> new Breakable(home, false)).toList(),
                new SystemRuntime(clock),
                () -> true,
                () -> true,
                ShardMetrics.NONE,
                () -> {},
                List.of(),
                Integrity.Evidence.NONE,
                on::close);
        StoreConfig config = new StoreConfig(retention, 1_000, Duration.ofSeconds(60), 0, 1 << 20);
        return LocalStore.open(parts, config.withExpires(false)); // nothing changes but by the test's commands
    }

    HeapCommitLog log() {
        return log;
    }

    /// The rows of a shard, while no store is open.
    Tables rows(int shard) {
        return new HeapTables(rows.get(shard));
    }

    /// Nothing that was applied since the last checkpoint is kept.
    void kill(LocalStore store) {
        killed = true;
        store.close();
        killed = false;
    }

    void breakTables(RuntimeException with) {
        brokenRows = with;
    }

    /// Runs this once, between the next snapshot of the first shard's rows and whatever comes after it.
    void afterFirstSnapshot(Runnable once) {
        afterFirstSnapshot.set(once);
    }

    void breakIndex(RuntimeException with) {
        brokenWords = with;
    }

    void mendTables() {
        brokenRows = null;
        brokenWords = null;
    }

    int refusedWrites() {
        return refused.get();
    }

    private final class Breakable implements Tables {
        private final HeapTables tables;
        private final boolean ofRows;
        private final boolean first;

        @SuppressWarnings("ReferenceEquality") // a home is itself alone
        Breakable(HeapTables.Home home, boolean ofRows) {
            this.tables = new HeapTables(home);
            this.ofRows = ofRows;
            this.first = ofRows && home == rows.getFirst();
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
        public void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
            tables.replaceAll(appliedIndex, rows);
        }

        @Override
        public long appliedIndex() {
            return tables.appliedIndex();
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return tables.get(key);
        }

        @Override
        public Snapshot snapshot() {
            Snapshot snapshot = tables.snapshot();
            Runnable next = first ? afterFirstSnapshot.getAndSet(null) : null;
            if (next != null) {
                next.run();
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

        @Override
        public void compact(byte[] from, byte[] to) {
            tables.compact(from, to);
        }

        @Override
        public long sizeBytes() {
            return tables.sizeBytes();
        }

        @Override
        public void close() {
            tables.close();
        }
    }
}
