package dev.mneme.engine.table;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// A shard's rows in one column family of a [RocksFolder]. Opened and closed with it.
final class RocksTables implements Tables {
    private static final long SLOWED_NANOS = 2_000_000_000L;
    private static final long SLOWED_PAUSE_NANOS = 1_000_000L;

    private final RocksDB db;
    private final ColumnFamilyHandle family;
    private final WriteOptions withoutLog;
    private final StampedLock gate;
    private final Supplier<RocksFolder> aside;
    private final ReplacementOpener replacements;

    /// Begins a replacement of the rows.
    @FunctionalInterface
    interface ReplacementOpener {
        Replacement open(long appliedIndex) throws RocksDBException;
    }

    /// @param aside opens the same files once more, to read them
    RocksTables(
            RocksDB db,
            ColumnFamilyHandle family,
            WriteOptions withoutLog,
            StampedLock gate,
            Supplier<RocksFolder> aside,
            ReplacementOpener replacements) {
        this.aside = aside;
        this.replacements = replacements;
        this.gate = gate;
        this.db = db;
        this.family = family;
        this.withoutLog = withoutLog;
    }

    @Override
    public long appliedIndex() {
        return index(get(RocksFolder.APPLIED_INDEX));
    }

    private static long index(byte @Nullable [] row) {
        return row == null ? 0 : ByteBuffer.wrap(row).getLong();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        long stamp = enter(gate);
        try {
            return db.get(family, key);
        } catch (RocksDBException e) {
            throw RocksFolder.failure("A row cannot be read", e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /// @throws MnemeException `OVERLOADED` once the folder is being closed, or the shard dropped
    private static long enter(StampedLock gate) {
        long stamp = gate.tryReadLock();
        if (stamp == 0) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED,
                    "The shard is no longer open here, or the server is stopping: try again shortly.");
        }
        return stamp;
    }

    @Override
    public void write(Batch batch) {
        long stamp = enter(gate);
        try (WriteBatch rows = new WriteBatch()) {
            for (Batch.Row row : batch.rows()) {
                if (row.value() == null) {
                    rows.delete(family, row.key());
                } else {
                    rows.put(family, row.key(), row.value());
                }
            }
            rows.put(family, RocksFolder.APPLIED_INDEX, RocksFolder.bytes(batch.appliedIndex()));
            put(rows);
        } catch (RocksDBException e) {
            throw RocksFolder.failure("Rows cannot be written", e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /// RocksDB would hold a write that is too fast for its disk inside, for as long as it takes and whatever happens
    /// meanwhile; so it is told to refuse it, and the wait is here and ends.
    private void put(WriteBatch rows) throws RocksDBException {
        long until = System.nanoTime() + SLOWED_NANOS;
        while (true) {
            try {
                db.write(withoutLog, rows);
                return;
            } catch (RocksDBException e) {
                boolean slowed = e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
                if (!slowed || System.nanoTime() > until) {
                    throw e;
                }
                LockSupport.parkNanos(SLOWED_PAUSE_NANOS);
            }
        }
    }

    @Override
    public void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
        long stamp = enter(gate);
        try (Replacement replacement = replacements.open(appliedIndex)) {
            rows.accept((key, row) -> {
                try {
                    replacement.put(key, row);
                    return true;
                } catch (RocksDBException e) {
                    throw RocksFolder.failure("Rows cannot be written", e);
                }
            });
            replacement.commit();
        } catch (RocksDBException e) {
            throw RocksFolder.failure("Rows cannot be replaced", e);
        } catch (UncheckedIOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL, "Rows cannot be replaced: the folder of the tables cannot be used.", e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    @Override
    public Snapshot snapshot() {
        return new RocksSnapshot(db, family, gate);
    }

    @Override
    public Snapshot stored() {
        checkpoint();
        long stamp = enter(gate);
        try {
            db.disableFileDeletions(); // a compaction must not take away what is being read
        } catch (RocksDBException e) {
            gate.unlockRead(stamp);
            throw RocksFolder.failure("The files cannot be held", e);
        }
        try {
            RocksFolder files = aside.get();
            return new StoredSnapshot(files, files.tables(0).snapshot(), () -> release(stamp));
        } catch (RuntimeException e) {
            release(stamp);
            throw e;
        }
    }

    private void release(long stamp) {
        try {
            db.enableFileDeletions();
        } catch (RocksDBException e) {
            throw RocksFolder.failure("The files cannot be let go", e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    @Override
    public long checkpoint() {
        long applied = appliedIndex();
        long stamp = enter(gate);
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
            db.flush(options, family);
            return applied;
        } catch (RocksDBException e) {
            throw RocksFolder.failure("A checkpoint failed", e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    @Override
    public void compact(byte[] from, byte[] to) {
        long stamp = enter(gate);
        try {
            db.compactRange(family, from, to);
        } catch (RocksDBException e) {
            throw RocksFolder.failure("A compaction failed", e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    @Override
    public long sizeBytes() {
        long stamp = enter(gate);
        try {
            return db.getLongProperty(family, "rocksdb.total-sst-files-size")
                    + db.getLongProperty(family, "rocksdb.cur-size-all-mem-tables");
        } catch (RocksDBException e) {
            throw RocksFolder.failure("The size cannot be read", e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    @Override
    public void close() {
        // The folder closes what it opened.
    }

    /// Rows of files that were opened for this reader alone.
    private record StoredSnapshot(RocksFolder files, Snapshot rows, Runnable release) implements Snapshot {
        @Override
        public long appliedIndex() {
            return rows.appliedIndex();
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return rows.get(key);
        }

        @Override
        public void scan(byte[] from, byte[] to, Visitor visitor) {
            rows.scan(from, to, visitor);
        }

        @Override
        public void scanDown(byte[] from, byte[] to, Visitor visitor) {
            rows.scanDown(from, to, visitor);
        }

        @Override
        public void close() {
            try {
                rows.close();
                files.close();
            } finally {
                release.run();
            }
        }
    }

    private static final class RocksSnapshot implements Snapshot {
        private final RocksDB db;
        private final ColumnFamilyHandle family;
        private final org.rocksdb.Snapshot snapshot;
        private final ReadOptions options;
        private final StampedLock gate;
        private final long stamp;

        RocksSnapshot(RocksDB db, ColumnFamilyHandle family, StampedLock gate) {
            this.gate = gate;
            this.stamp = enter(gate);
            this.db = db;
            this.family = family;
            this.snapshot = db.getSnapshot();
            this.options = new ReadOptions().setSnapshot(snapshot);
        }

        @Override
        public long appliedIndex() {
            return index(get(RocksFolder.APPLIED_INDEX));
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            try {
                return db.get(family, options, key);
            } catch (RocksDBException e) {
                throw RocksFolder.failure("A row cannot be read", e);
            }
        }

        @Override
        public void scan(byte[] from, byte[] to, Visitor visitor) {
            try (Slice upper = new Slice(to);
                    ReadOptions bounded =
                            new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(upper);
                    RocksIterator rows = db.newIterator(family, bounded)) {
                CarrierSlice slice = new CarrierSlice();
                rows.seek(from);
                while (rows.isValid() && visitor.row(rows.key(), rows.value())) {
                    rows.next();
                    slice.step();
                }
                rows.status();
            } catch (RocksDBException e) {
                throw RocksFolder.failure("Rows cannot be read", e);
            }
        }

        @Override
        public void scanDown(byte[] from, byte[] to, Visitor visitor) {
            try (Slice lower = new Slice(from);
                    ReadOptions bounded =
                            new ReadOptions().setSnapshot(snapshot).setIterateLowerBound(lower);
                    RocksIterator rows = db.newIterator(family, bounded)) {
                CarrierSlice slice = new CarrierSlice();
                rows.seekForPrev(to);
                if (rows.isValid() && Arrays.equals(rows.key(), to)) {
                    rows.prev();
                }
                while (rows.isValid() && visitor.row(rows.key(), rows.value())) {
                    rows.prev();
                    slice.step();
                }
                rows.status();
            } catch (RocksDBException e) {
                throw RocksFolder.failure("Rows cannot be read", e);
            }
        }

        @Override
        public void close() {
            options.close();
            db.releaseSnapshot(snapshot);
            snapshot.close();
            gate.unlockRead(stamp);
        }
    }
}
