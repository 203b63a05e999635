package dev.mneme.engine.node;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.folder.Anchor;
import dev.mneme.engine.folder.Anchors;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.ForwardIndex;
import dev.mneme.engine.folder.FreeRoom;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogRuntime;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.LogTail;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.ShardMap;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Opens a node on one data folder: everything side by side, and closed in order with the node or its store.
public final class LocalEngine {
    private LocalEngine() {}

    /// How a node's engine is set up.
    ///
    /// @param shards of a new folder; an existing one keeps its own
    /// @param tablesBytes native memory for the tables; the forward index gets a quarter of it more
    public record Settings(
            int shards,
            long tablesBytes,
            LogConfig log,
            StoreConfig store,
            NodeRuntime runtime,
            LogMetrics logMetrics,
            ShardMetrics shardMetrics,
            IntegrityFiles integrity) {
        public static final Settings DEFAULTS = new Settings(
                16,
                128L << 20,
                LogConfig.DEFAULTS,
                StoreConfig.DEFAULTS,
                new SystemRuntime(),
                LogMetrics.NONE,
                ShardMetrics.NONE,
                IntegrityFiles.DEFAULTS);

        public Settings withStore(StoreConfig other) {
            return new Settings(shards, tablesBytes, log, other, runtime, logMetrics, shardMetrics, integrity);
        }

        public Settings withIntegrity(IntegrityFiles other) {
            return new Settings(shards, tablesBytes, log, store, runtime, logMetrics, shardMetrics, other);
        }
    }

    /// Opens the store, recovering what its last run left. Closing it closes the folder.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when the folder is in use or of a newer format,
    ///     `INTEGRITY_VIOLATION` when durable data is damaged
    public static LocalStore open(Path path, Settings settings) {
        return open(path, settings, LocalEngine::disk);
    }

    /// As above, with another disk under the log.
    ///
    /// @param disks the disk for the log's folder
    public static LocalStore open(Path path, Settings settings, Function<Path, ? extends Disk> disks) {
        return node(path, settings, disks).store();
    }

    /// Opens the node of a folder: its store, and its shards, which may come and go.
    public static LocalNode node(Path path, Settings settings) {
        return node(path, settings, LocalEngine::disk);
    }

    /// As above, with another disk under the log.
    ///
    /// @param disks the disk for the log's folder
    public static LocalNode node(Path path, Settings settings, Function<Path, ? extends Disk> disks) {
        DataFolder folder = DataFolder.open(
                path,
                settings.shards(),
                settings.integrity().key(),
                settings.runtime().random());
        Opening opening = new Opening(folder);
        try {
            return opening.finish(settings, disks);
        } catch (RuntimeException | Error e) {
            opening.abandon();
            throw e;
        }
    }

    /// What is open so far, so that it can be closed when the rest fails.
    private static final class Opening {
        private final DataFolder folder;
        private @Nullable CompletableFuture<RocksFolder> tables;
        private @Nullable CompletableFuture<RocksFolder> forward;
        private @Nullable CompletableFuture<WriteAheadLog> log;

        Opening(DataFolder folder) {
            this.folder = folder;
        }

        LocalNode finish(Settings settings, Function<Path, ? extends Disk> disks) {
            SortedSet<ShardId> shards = folder.kept();
            List<String> names = folder.shardNames();
            CompletableFuture<RocksFolder> rows =
                    aside(() -> RocksFolder.open(folder.path().resolve("tables"), names, settings.tablesBytes()));
            tables = rows;
            CompletableFuture<RocksFolder> words =
                    aside(() -> ForwardIndex.open(folder.path().resolve("index"), names, settings.tablesBytes() / 4));
            forward = words;
            CompletableFuture<WriteAheadLog> entries = aside(() -> WriteAheadLog.open(
                    disks.apply(folder.path().resolve("log")),
                    shards,
                    settings.log(),
                    settings.logMetrics(),
                    LogSeal.under(folder.logKey()),
                    LogRuntime.of(settings.runtime())));
            log = entries;
            RocksFolder openTables = joined(rows);
            RocksFolder openForward = joined(words);
            WriteAheadLog openLog = joined(entries);
            folder.keepParts();
            AtomicReference<@Nullable Anchor> kept = new AtomicReference<>();
            FolderShards files = new FolderShards(folder, openTables, openForward, others -> {
                Anchor file = kept.get();
                if (file != null) {
                    file.append(others);
                }
            });
            Optional<Anchor> anchor = Anchors.open(
                    folder,
                    settings.integrity(),
                    files.rowsOfHeld(),
                    shard -> last(openLog, shard),
                    settings.runtime()::nanos);
            kept.set(anchor.orElse(null));
            FreeRoom room = new FreeRoom(folder.path(), settings.store().minFreeBytes(), settings.runtime()::nanos);
            LocalNode.Parts parts = new LocalNode.Parts(
                    folder.epoch(),
                    folder.seal(),
                    settings.integrity().key() == null,
                    ShardMap.of(folder::shardOf),
                    openLog,
                    files,
                    () -> settings.runtime().join(openLog.roll()),
                    settings.runtime(),
                    room,
                    room::forTables,
                    settings.shardMetrics(),
                    () -> anchor.ifPresent(file -> file.appendWhenDue(files.rowsOfHeld())),
                    openLog.recoveryReport().unknown(),
                    evidence(settings.integrity(), openLog.recoveryReport().tail()),
                    () -> {
                        try {
                            anchor.ifPresent(file -> file.append(files.rowsOfHeld()));
                        } finally {
                            openLog.close();
                            openForward.close();
                            openTables.close();
                            folder.close();
                        }
                    });
            return LocalNode.open(parts, settings.store());
        }

        /// 0 of a shard that the log does not have, which is said when the shards are opened.
        private static long last(WriteAheadLog log, ShardId shard) {
            return log.shards().contains(shard) ? log.lastIndex(shard) : 0;
        }

        void abandon() {
            close(log);
            close(forward);
            close(tables);
            folder.close();
        }

        private static void close(@Nullable CompletableFuture<? extends AutoCloseable> opened) {
            if (opened == null) {
                return;
            }
            try {
                opened.join().close();
            } catch (Exception e) {
                System.getLogger(LocalEngine.class.getName())
                        .log(System.Logger.Level.DEBUG, "Not opened, so not closed", e);
            }
        }
    }

    private static Integrity.Evidence evidence(IntegrityFiles files, LogTail tail) {
        Integrity.LastStop stop = switch (tail.ending()) {
            case CLOSED -> Integrity.LastStop.CLOSED;
            case KILLED -> Integrity.LastStop.KILLED;
            case UNCERTAIN, SHORT -> Integrity.LastStop.UNCERTAIN;
        };
        return new Integrity.Evidence(files.key() == null, files.anchor() != null, stop, tail.uncertainStops());
    }

    private static <T> CompletableFuture<T> aside(Supplier<T> open) {
        CompletableFuture<T> opened = new CompletableFuture<>();
        Thread.ofPlatform().name("open").daemon().start(() -> {
            try {
                opened.complete(open.get());
            } catch (RuntimeException | Error e) {
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    private static <T> T joined(CompletableFuture<T> opened) {
        try {
            return opened.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static FolderDisk disk(Path path) {
        try {
            return new FolderDisk(path);
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The log's folder " + path + " cannot be made: " + e, e);
        }
    }
}
