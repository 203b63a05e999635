package dev.mneme.engine.table;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.StampedLock;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Logger;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/// One RocksDB in one folder, with a column family for each shard. Its own log is off: the commit log
/// comes first, and a shard's rows and its applied index lie in one column family, which RocksDB
/// flushes as a whole.
///
/// Memory: the block cache, with index and filter blocks, and all write buffers together stay within
/// `memoryBytes`.
public final class RocksFolder implements AutoCloseable {
    /// In each column family: the applied index, eight bytes big-endian.
    static final byte[] APPLIED_INDEX = {0};

    private static final long ASIDE_BYTES = 16L << 20;

    private final List<AutoCloseable> natives = new ArrayList<>();
    private final List<String> names;
    /// By the names of the shards; guarded by this object's lock, as the closing.
    private final Map<String, Family> families = new HashMap<>();
    private final Path folder;
    private final ColumnFamilyOptions familyOptions;
    private final ColumnFamilyHandle unused;
    private final WriteOptions withoutLog;
    private final Options files;
    private final RocksDB db;

    /// A shard's part of the folder.
    ///
    /// @param gate held shared by whoever touches the native objects; taken for good when they are released,
    ///     since a native object that is used after that takes the process down
    private record Family(ColumnFamilyHandle handle, StampedLock gate, Tables tables) {}

    private RocksFolder(Path folder, List<String> names, long memoryBytes, boolean unchanged) throws RocksDBException {
        this.folder = folder;
        this.names = List.copyOf(names);
        RocksDB.loadLibrary();
        Cache cache = own(new LRUCache(memoryBytes));
        WriteBufferManager buffers = own(new WriteBufferManager(memoryBytes / 2, cache));
        BloomFilter bloom = own(new BloomFilter(10));
        BlockBasedTableConfig format = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(bloom)
                .setBlockSize(16 << 10)
                .setFormatVersion(6);
        ColumnFamilyOptions family = own(new ColumnFamilyOptions())
                .setTableFormatConfig(format)
                .setWriteBufferSize(Math.min(32L << 20, memoryBytes / 4))
                .setLevel0FileNumCompactionTrigger(8)
                .setCompressionPerLevel(List.of(
                        CompressionType
                                .NO_COMPRESSION, // what is written again soon; the last is also every deeper level's
                        CompressionType.NO_COMPRESSION,
                        CompressionType.LZ4_COMPRESSION));
        DBOptions options = own(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWriteBufferManager(buffers)
                .setMaxBackgroundJobs(2)
                .setEnableWriteThreadAdaptiveYield(false) // as many writers as shards must not spin
                .setMaxOpenFiles(OpenFiles.most())
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxTotalWalSize(1 << 20);
        if (unchanged) {
            options.setLogger(own(new NoInfoLog()));
        }
        familyOptions = family;
        withoutLog = own(new WriteOptions().setDisableWAL(true).setNoSlowdown(true));
        files = own(new Options(options, family));
        Set<String> all = new LinkedHashSet<>(names);
        if (!unchanged && isThere(folder)) {
            RocksDB.listColumnFamilies(files, folder.toString())
                    .forEach(name -> all.add(new String(name, StandardCharsets.UTF_8)));
        }
        all.remove(new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.UTF_8));
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family));
        all.forEach(name -> descriptors.add(descriptor(name)));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        db = unchanged
                ? RocksDB.openReadOnly(options, folder.toString(), descriptors, handles)
                : RocksDB.open(options, folder.toString(), descriptors, handles);
        unused = handles.removeFirst();
        all.forEach(name -> families.put(name, family(name, handles.removeFirst())));
    }

    private ColumnFamilyDescriptor descriptor(String name) {
        return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), familyOptions);
    }

    private Family family(String name, ColumnFamilyHandle handle) {
        StampedLock gate = new StampedLock();
        Tables tables = new RocksTables(
                db,
                handle,
                withoutLog,
                gate,
                () -> openUnchanged(folder, List.of(name), ASIDE_BYTES),
                index -> new Replacement(db, handle, folder, name, files, index));
        return new Family(handle, gate, tables);
    }

    /// Whether tables were ever opened in the folder.
    public static boolean isThere(Path folder) {
        return java.nio.file.Files.exists(folder.resolve("CURRENT"));
    }

    /// Opens the folder, making it when it is missing.
    ///
    /// @param names one for each shard
    /// @param memoryBytes what it may use, natively
    public static RocksFolder open(Path folder, List<String> names, long memoryBytes) {
        try {
            java.nio.file.Files.createDirectories(folder);
            Replacement.removeLeftOver(folder);
            return new RocksFolder(folder, names, memoryBytes, false);
        } catch (RocksDBException e) {
            throw failure("The tables in " + folder + " cannot be opened: " + e.getMessage(), e);
        } catch (java.io.IOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL, "The folder " + folder + " cannot be made: " + e.getMessage(), e);
        }
    }

    /// Opens a folder to read it: nothing in it changes. What its tables are asked to write fails.
    public static RocksFolder openUnchanged(Path folder, List<String> names, long memoryBytes) {
        try {
            return new RocksFolder(folder, names, memoryBytes, true);
        } catch (RocksDBException e) {
            throw failure("The tables in " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// RocksDB would else begin a file of its own messages in the folder.
    private static final class NoInfoLog extends Logger {
        NoInfoLog() {
            super(InfoLogLevel.FATAL_LEVEL);
        }

        @Override
        protected void log(InfoLogLevel level, String message) {
            // what matters comes as an exception
        }
    }

    /// The tables of the shard whose name stood at `index`.
    public Tables tables(int index) {
        return tables(names.get(index));
    }

    /// The tables of a shard, made when there are none, while those of others are in use.
    public synchronized Tables tables(String name) {
        Family there = families.get(name);
        if (there != null) {
            return there.tables();
        }
        try {
            Family made = family(name, db.createColumnFamily(descriptor(name)));
            families.put(name, made);
            return made.tables();
        } catch (RocksDBException e) {
            throw failure("The tables of shard " + name + " cannot be made", e);
        }
    }

    /// Drops a shard's tables with all their rows, once nobody reads them any more, while those of others are in
    /// use. Whoever uses them afterwards is refused.
    ///
    /// @param atMost how long to wait for their readers
    /// @throws MnemeException `OVERLOADED` when they are still read after that: they are as before then
    public synchronized void drop(String name, Duration atMost) {
        Family dropped = families.get(name);
        if (dropped == null) {
            return;
        }
        requireUnread(name, dropped, atMost);
        families.remove(name);
        try {
            db.dropColumnFamily(dropped.handle());
        } catch (RocksDBException e) {
            throw failure("The tables of shard " + name + " cannot be dropped", e);
        }
        dropped.handle().close();
    }

    private static void requireUnread(String name, Family family, Duration atMost) {
        try {
            if (family.gate().tryWriteLock(atMost.toNanos(), TimeUnit.NANOSECONDS) != 0) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new MnemeException(
                ErrorCode.OVERLOADED,
                "The rows of shard " + name
                        + " are still being read, perhaps by a backup or an export: drop it again once that has ended.");
    }

    private static void close(Family family) {
        if (family.gate().writeLock() == 0) {
            throw new IllegalStateException("a write lock has a stamp");
        }
        family.handle().close();
    }

    private <T extends AutoCloseable> T own(T nativeObject) {
        natives.add(nativeObject);
        return nativeObject;
    }

    /// What RocksDB says names files, so it stays in the cause: a message may reach a client.
    static MnemeException failure(String what, RocksDBException e) {
        Status status = e.getStatus();
        boolean full = (status != null && status.getSubCode() == Status.SubCode.NoSpace)
                || String.valueOf(e.getMessage()).contains("No space left");
        if (status != null && status.getCode() == Status.Code.Incomplete) {
            return new MnemeException(
                    ErrorCode.OVERLOADED, "The tables are behind with writing to the disk: try again shortly.", e);
        }
        boolean damaged = status != null && status.getCode() == Status.Code.Corruption;
        if (full) {
            return new MnemeException(ErrorCode.STORAGE_FULL, what + ": the disk is full. Make room.", e);
        }
        return damaged
                ? new MnemeException(ErrorCode.INTEGRITY_VIOLATION, what + ": it is damaged. Run mneme verify.", e)
                : new MnemeException(ErrorCode.INTERNAL, what + ": the server's log says why.", e);
    }

    static byte[] bytes(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    /// Closes every shard's tables. What was not checkpointed is replayed from the commit log.
    @Override
    public synchronized void close() {
        families.values().forEach(RocksFolder::close);
        families.clear();
        unused.close();
        db.close();
        for (AutoCloseable each : natives.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("a native object could not be released", e);
            }
        }
    }
}
