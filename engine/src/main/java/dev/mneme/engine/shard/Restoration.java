package dev.mneme.engine.shard;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.backup.BackupFile;
import dev.mneme.engine.backup.BackupManifest;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogBeginning;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Brings a backup back, into a data folder that no server has open.
///
/// ```text
/// 1. everything is checked and written into <data>/restoring
/// 2. what <data> held goes to <data>/before-restore-<time>      (only when that was asked for)
/// 3. tables and log go to their places, then the manifest, then restoring/ goes
/// ```
///
/// A failure in 1 leaves the folder as it was, and a crash in 1 leaves the rest of it so. A crash in 2 or 3
/// leaves
/// `restoring` with its manifest, so that no server starts on a half of it; the next restore moves aside
/// whatever is
/// there and begins again. The positions get a new epoch: what clients hold of the old life
/// is told from the new one. The search index is made anew at the start.
public final class Restoration {
    private static final long TABLES_BYTES = 128L << 20;
    private static final int BATCH_BYTES = 1 << 20;
    private static final String BEFORE = "before-restore-";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    /// What of a data folder makes way.
    private static final List<String> CONTENTS = List.of(DataFolder.MANIFEST, "tables", "log", "index", "admin.key");

    /// What a folder may hold and still count as empty.
    private static final Set<String> NO_DATA = Set.of("lock", "mneme.yaml", "lost+found", DataFolder.RESTORING);

    private final BackupFile backup;
    private final Options options;
    private final RowSealing sealing;
    private final LongConsumer progress;
    private long rows;

    private Restoration(BackupFile backup, Options options, RowSealing sealing, LongConsumer progress) {
        this.backup = backup;
        this.options = options;
        this.sealing = sealing;
        this.progress = progress;
    }

    /// How.
    ///
    /// @param keys whether the API keys come back too
    /// @param force whether what the folder holds is to make way
    public record Options(boolean keys, boolean force) {}

    /// What was restored.
    ///
    /// @param at when the backup's cut was taken
    /// @param epoch of positions from now on
    /// @param before where the data that made way lies; the empty string when there was none
    public record Report(Instant at, long rows, String epoch, String before) {}

    /// What a restore is about to do.
    ///
    /// @param rows how many there are to restore
    public record Plan(Instant at, long rows) {}

    /// Looks into a backup without restoring it.
    public static Plan plan(Path file) {
        try (BackupFile backup = BackupFile.open(file)) {
            return new Plan(backup.manifest().at(), backup.manifest().rows());
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /// Restores all of a backup, or nothing.
    ///
    /// @param data the folder; made when it is missing
    /// @param progress hears how many rows are done
    /// @throws MnemeException `INVALID_REQUEST` when the folder holds data or is in use, and for a backup of
    ///     a newer format; `INTEGRITY_VIOLATION` for a damaged one
    public static Report run(Path file, Path data, Options options, RandomGenerator random, LongConsumer progress) {
        try (BackupFile backup = BackupFile.open(file)) {
            return new Restoration(backup, options, RowSealing.NONE, progress).into(data, random);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static MnemeException failed(Path file, IOException e) {
        return new MnemeException(
                ErrorCode.INTERNAL, "The backup " + file + " cannot be restored (" + e + "): nothing was changed.", e);
    }

    private Report into(Path data, RandomGenerator random) throws IOException {
        if (Files.isSymbolicLink(data)) {
            throw MnemeException.invalid(
                    "data", "The data folder " + data + " is a link: name the folder that it leads to.");
        }
        boolean made = !Files.exists(data, LinkOption.NOFOLLOW_LINKS);
        Files.createDirectories(data);
        boolean done = false;
        try (FileChannel lockFile =
                        FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = DataFolder.lock(data, lockFile)) {
            Report report = into(data, lock, random);
            done = true;
            return report;
        } finally {
            if (!done && made) {
                delete(data);
            }
        }
    }

    /// @param lock held: no server may open the folder
    private Report into(Path data, FileLock lock, RandomGenerator random) throws IOException {
        boolean cutOff = Files.exists(data.resolve(DataFolder.RESTORING).resolve(DataFolder.MANIFEST));
        boolean holds = holdsData(data);
        if (holds && !options.force() && !cutOff) {
            throw MnemeException.invalid(
                    "data",
                    "The folder " + data + " holds data: choose an empty one, or say --force to move aside what is"
                            + " there.");
        }
        if (!lock.isValid()) {
            throw new IOException("the folder's lock is lost");
        }
        Path restoring = data.resolve(DataFolder.RESTORING);
        delete(restoring);
        String epoch;
        try {
            Files.createDirectory(restoring);
            epoch = prepare(restoring, random);
        } catch (IOException | RuntimeException | Error e) {
            delete(restoring);
            throw e;
        }
        String before = holds ? moveAside(data) : "";
        putInPlace(restoring, data);
        return new Report(backup.manifest().at(), rows, epoch, before);
    }

    private static boolean holdsData(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> !NO_DATA.contains(name) && !name.startsWith(BEFORE));
        }
    }

    /// Writes a whole data folder; the manifest last, so that only a whole one has it.
    private String prepare(Path folder, RandomGenerator random) throws IOException {
        BackupManifest manifest = backup.manifest();
        List<String> names = DataFolder.shardNames(manifest.slots().size());
        try (RocksFolder tables = RocksFolder.open(folder.resolve("tables"), names, TABLES_BYTES)) {
            for (int i = 0; i < names.size(); i++) {
                restore(manifest.parts().get(i), tables.tables(i));
            }
        }
        Files.createDirectory(folder.resolve("log"));
        LogBeginning.write(new FolderDisk(folder.resolve("log")), manifest.appliedIndexes());
        return DataFolder.writeManifest(folder, manifest.slots(), random);
    }

    private void restore(BackupManifest.Part part, Tables tables) throws IOException {
        Rows into = new Rows(part, tables);
        backup.rows(part, into::row);
        into.write();
        tables.checkpoint();
    }

    /// Rows on their way into a shard's tables.
    private final class Rows {
        private final BackupManifest.Part part;
        private final Tables tables;
        private Tables.Batch batch = new Tables.Batch();
        private long bytes;

        Rows(BackupManifest.Part part, Tables tables) {
            this.part = part;
            this.tables = tables;
        }

        boolean row(byte[] key, byte[] value) {
            rows++;
            if (wanted(key)) {
                batch.put(key, sealing.seal(part.shard(), key, value));
                bytes += key.length + value.length;
            }
            if (bytes >= BATCH_BYTES) {
                write();
                progress.accept(rows);
            }
            return true;
        }

        /// Without keys there is nothing that repeats their making either: idempotency records would answer
        /// for keys
        /// that are not there.
        private boolean wanted(byte[] key) {
            return options.keys() || !part.shard().equals("system") || "kij".indexOf(key[0]) < 0;
        }

        void write() {
            batch.appliedIndex(part.appliedIndex());
            tables.write(batch);
            batch = new Tables.Batch();
            bytes = 0;
        }
    }

    private static String moveAside(Path data) throws IOException {
        Path before = data.resolve(BEFORE + TIME.format(Instant.now()));
        Files.createDirectory(before);
        for (String name : CONTENTS) {
            if (Files.exists(data.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                Files.move(data.resolve(name), before.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return before.toString();
    }

    private static void putInPlace(Path restoring, Path data) throws IOException {
        for (String name : List.of("tables", "log", DataFolder.MANIFEST)) {
            Files.move(restoring.resolve(name), data.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            sync(data);
        }
        delete(restoring);
        sync(data);
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) { // follows no links
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
