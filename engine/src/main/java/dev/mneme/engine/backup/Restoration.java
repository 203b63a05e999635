package dev.mneme.engine.backup;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.folder.Anchor;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.FolderSwap;
import dev.mneme.engine.folder.Folders;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.integrity.IntegrityKey;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.ShardGuard;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogBeginning;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.state.Applied;
import dev.mneme.engine.state.ShardRules;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/// Brings a backup back, into a data folder that no server has open.
///
/// ```text
/// 1. every checksum is verified; the folder has not been looked at yet
/// 2. a whole data folder is made in <data>/restoring
/// 3. what <data> held goes to <data>/before-restore-<time>      (only when that was asked for)
/// 4. the new data goes in place
/// ```
///
/// A failure in 1 or 2 leaves the folder as it was; what a crash leaves, and how it goes on, says
/// [FolderSwap].
///
/// The rows come back byte for byte, with their log indexes and sequences. An entry after those gives every
/// shard a new epoch, the manifest's, so that what clients hold of the old life is told from the new; another
/// removes keys that do not come back, as if an operator had revoked each. The log begins after both. The
/// search index is that of owners that nobody has searched yet.
public final class Restoration {
    private static final long TABLES_BYTES = 128L << 20;
    private static final int BATCH_BYTES = 1 << 20;
    private static final String BEFORE = "before-restore-";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    /// What a folder may hold and still count as empty.
    private static final Set<String> NO_DATA = Set.of("lock", "mneme.yaml", "lost+found", "restoring");

    private final BackupFile backup;
    private final Options options;
    private final NodeRuntime runtime;
    private final LongConsumer progress;
    private final Runnable step;
    private Seal seal = Seal.under(new byte[32]); // until the backup's is known
    private long done;

    private Restoration(BackupFile backup, Options options, NodeRuntime runtime, LongConsumer progress, Runnable step) {
        this.backup = backup;
        this.options = options;
        this.runtime = runtime;
        this.progress = progress;
        this.step = step;
    }

    /// How.
    ///
    /// @param keys whether the API keys come back too
    /// @param force whether what the folder holds is to make way
    /// @param integrity the integrity key, if it is kept elsewhere, and the anchor, which then tells of the
    ///     new data
    public record Options(boolean keys, boolean force, IntegrityFiles integrity) {}

    /// What was restored.
    ///
    /// @param at when the backup's cut was taken
    /// @param epoch of positions from now on
    /// @param before where the data that made way lies; the empty string when there was none
    public record Report(Instant at, long rows, String epoch, String before) {}

    /// What a restore is about to do.
    ///
    /// @param steps how far its progress goes: each row is verified, then restored
    public record Plan(Instant at, long rows, long steps) {}

    /// Looks into a backup without restoring it.
    public static Plan plan(Path file) {
        try (BackupFile backup = BackupFile.open(file)) {
            long rows = backup.manifest().rows();
            return new Plan(backup.manifest().at(), rows, 2 * rows);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /// Restores all of a backup, or nothing.
    ///
    /// @param data the folder; made when it is missing
    /// @param progress hears how many of the plan's steps are done
    /// @throws MnemeException `INVALID_REQUEST` when the folder holds data or is in use, and for a backup
    ///     of a newer format; `INTEGRITY_VIOLATION` for a damaged one; `STORAGE_FULL` when it does not fit
    public static Report run(Path file, Path data, Options options, NodeRuntime runtime, LongConsumer progress) {
        return run(file, data, options, runtime, progress, () -> {});
    }

    /// As above.
    ///
    /// @param step runs after each thing that changes the folder: where a crash may come
    static Report run(
            Path file, Path data, Options options, NodeRuntime runtime, LongConsumer progress, Runnable step) {
        try (BackupFile backup = BackupFile.open(file)) {
            return new Restoration(backup, options, runtime, progress, step).into(data);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static MnemeException failed(Path file, IOException e) {
        return new MnemeException(
                ErrorCode.INTERNAL,
                "The backup " + file + " cannot be restored (" + e + "): mend that, and run mneme restore again.",
                e);
    }

    private Report into(Path data) throws IOException {
        if (Files.isSymbolicLink(data)) {
            throw MnemeException.invalid(
                    "data", "The data folder " + data + " is a link: name the folder that it leads to.");
        }
        if (!DataFolder.areSlots(backup.manifest().slots())) {
            throw BackupManifest.damaged("its manifest does not say which shard has which slots");
        }
        requireRoom(data);
        seal = seal();
        for (BackupManifest.Part part : backup.manifest().parts()) {
            backup.rows(part, (key, row) -> progressed());
        }
        boolean made = !Files.exists(data, LinkOption.NOFOLLOW_LINKS);
        Folders.createPrivate(data);
        boolean restored = false;
        try (FileChannel lockFile =
                        FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = DataFolder.lock(data, lockFile)) {
            Report report = into(data, lock);
            restored = true;
            return report;
        } finally {
            if (!restored && made) {
                FolderSwap.delete(data);
            }
        }
    }

    private boolean progressed() {
        done++;
        if (done % 1_000 == 0) {
            progress.accept(done);
        }
        return true;
    }

    /// Before anything of it is unpacked: a small file may say that it is a large one, and be right.
    private void requireRoom(Path data) throws IOException {
        long room = Files.getFileStore(existing(data.toAbsolutePath())).getUsableSpace();
        long bytes = backup.manifest().bytes();
        if (bytes > room) {
            throw new MnemeException(
                    ErrorCode.STORAGE_FULL,
                    "The backup holds " + bytes / 1_000_000 + " MB, and the disk of " + data + " has room for "
                            + room / 1_000_000 + " MB: make room, or choose a folder on another disk with --data.");
        }
    }

    private static Path existing(Path path) {
        Path parent = path.getParent();
        return parent == null || Files.exists(path) ? path : existing(parent);
    }

    /// @param lock held: no server may open the folder
    private Report into(Path data, FileLock lock) throws IOException {
        FolderSwap swap = FolderSwap.in(data, step);
        boolean holds = holdsData(data);
        if (holds && !options.force() && !swap.cutOff()) {
            throw MnemeException.invalid(
                    "data",
                    "The folder " + data + " holds data: choose an empty one, or say --force to move aside what is"
                            + " there.");
        }
        if (!lock.isValid()) {
            throw new IOException("the folder's lock is lost");
        }
        String epoch;
        try {
            epoch = prepare(swap.begin());
        } catch (IOException | RuntimeException | Error e) {
            swap.giveUp();
            throw e;
        }
        swap.finish(holdsData(data) ? BEFORE + TIME.format(runtime.clock().instant()) : "");
        anchor(data, epoch);
        return new Report(backup.manifest().at(), backup.manifest().rows(), epoch, swap.before());
    }

    /// What the rows are sealed with. A key that is to be kept elsewhere and is not there comes from the
    /// backup.
    private Seal seal() {
        BackupManifest manifest = backup.manifest();
        Path elsewhere = options.integrity().key();
        IntegrityKey file = elsewhere == null ? null : new IntegrityKey(elsewhere);
        if (manifest.key().isEmpty() && file == null) {
            throw MnemeException.invalid(
                    "integrityKey",
                    "The backup was sealed with an integrity key that is kept elsewhere (its id is "
                            + manifest.integrity() + "): name its file with --integrity-key.");
        }
        boolean there = file != null && (file.exists() || manifest.key().isEmpty());
        Seal found = file != null && there ? file.open(manifest.integrity()) : sealOf(manifest);
        if (!found.keyId().equals(manifest.integrity()) || !manifest.soundUnder(found)) {
            throw BackupManifest.damaged("it was changed since it was made");
        }
        return found;
    }

    private static Seal sealOf(BackupManifest manifest) {
        try {
            return IntegrityKey.ofHex(manifest.key());
        } catch (IllegalArgumentException e) {
            MnemeException damaged = BackupManifest.damaged("its integrity key is none");
            damaged.addSuppressed(e);
            throw damaged;
        }
    }

    /// Lets the anchor tell of the restored data instead of what was there.
    private void anchor(Path data, String epoch) {
        Path file = options.integrity().anchor();
        if (file == null) {
            return;
        }
        try (RocksFolder tables = RocksFolder.open(data.resolve("tables"), names(), TABLES_BYTES)) {
            SortedMap<ShardId, Tables> shards = new TreeMap<>();
            for (BackupManifest.Part part : backup.manifest().parts()) {
                shards.put(part.shard(), tables.tables(part.shard().toString()));
            }
            new Anchor(file, data, epoch, seal, options.integrity().anchorEvery(), runtime::nanos).append(shards);
        }
    }

    private List<String> names() {
        return backup.manifest().parts().stream()
                .map(part -> part.shard().toString())
                .toList();
    }

    private static boolean holdsData(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> !NO_DATA.contains(name) && !name.startsWith(BEFORE));
        }
    }

    /// Makes a whole data folder.
    ///
    /// @return its epoch
    private String prepare(Path folder) throws IOException {
        BackupManifest manifest = backup.manifest();
        Path elsewhere = options.integrity().key();
        IntegrityKey key = new IntegrityKey(elsewhere == null ? folder.resolve(DataFolder.KEY) : elsewhere);
        if (!key.exists()) {
            key.put(seal);
        }
        String epoch = DataFolder.writeManifest(folder, manifest.slots(), seal, runtime.random());
        SortedMap<ShardId, Long> indexes = new TreeMap<>();
        try (RocksFolder folders = RocksFolder.open(folder.resolve("tables"), names(), TABLES_BYTES)) {
            for (BackupManifest.Part part : manifest.parts()) {
                Tables tables = folders.tables(part.shard().toString());
                restore(part, tables);
                new ShardGuard(part.shard().toString(), tables, seal).begin();
                long index = beginEpoch(tables, epoch);
                boolean removes = part.shard().equals(ShardId.SYSTEM) && !options.keys();
                indexes.put(part.shard(), removes ? removeKeys(tables, epoch) : index);
                tables.checkpoint();
            }
        }
        emptyIndex(folder.resolve("index"), indexes);
        step.run();
        Files.createDirectory(folder.resolve("log"));
        LogBeginning.write(
                new FolderDisk(folder.resolve("log")), indexes, LogSeal.under(seal.logKey(epoch)), runtime.random());
        Folders.sync(folder);
        step.run();
        return epoch;
    }

    /// A forward index without a row, as of owners that nobody has searched: the first search of each
    /// analyses its memories, and no start makes the rows of all.
    private void emptyIndex(Path folder, SortedMap<ShardId, Long> indexes) {
        try (RocksFolder folders = RocksFolder.open(folder, names(), TABLES_BYTES / 4)) {
            indexes.forEach((shard, index) -> {
                Tables.Batch contains = new Tables.Batch();
                contains.appliedIndex(index);
                Tables words = folders.tables(shard.toString());
                words.write(contains);
                words.checkpoint();
            });
        }
    }

    private void restore(BackupManifest.Part part, Tables tables) throws IOException {
        Rows into = new Rows(part, tables);
        backup.rows(part, into::row);
        into.write();
    }

    /// The rules stay those of the backup, until the folder is opened.
    ///
    /// @return the index of the entry that says so
    private long beginEpoch(Tables tables, String epoch) {
        Govern former = ShardRules.of(tables);
        Retention retention = former == null ? Retention.DEFAULTS : former.retention();
        return enter(tables, epoch, ShardRules.write(new Govern(epoch, retention)));
    }

    /// Revokes every key.
    ///
    /// @return the index of the entry that does
    private long removeKeys(Tables tables, String epoch) {
        long index;
        try (Scans scans = new Scans(tables, epoch)) {
            List<Command> revocations =
                    scans.keyIds().stream().<Command>map(Command.DeleteKey::new).toList();
            Owner keys = new Owner("system", OwnerKind.APP, "keys");
            index = enter(tables, epoch, new Write(keys, Provenance.ofKey("restore"), null, revocations));
        }
        requireNoKeys(tables, epoch);
        return index;
    }

    /// Applies one entry more than the rows contain, at the time of the last.
    ///
    /// @return its index
    private long enter(Tables tables, String epoch, Write write) {
        long index = tables.appliedIndex() + 1;
        try (Scans scans = new Scans(tables, epoch)) {
            ShardBatch entry = new ShardBatch(scans.shard().time(), List.of(write));
            StateMachine machine = new StateMachine(tables, new Govern(epoch, Retention.DEFAULTS));
            Applied applied = machine.apply(index, entry);
            tables.write(new StoringStage(seal).stored(index, applied.rows()));
        }
        return index;
    }

    private static void requireNoKeys(Tables tables, String epoch) {
        try (Scans scans = new Scans(tables, epoch)) {
            if (!scans.keyIds().isEmpty()) {
                throw BackupManifest.damaged("it has an API key that cannot be removed");
            }
        }
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
            batch.put(key, value);
            bytes += key.length + value.length;
            if (bytes >= BATCH_BYTES) {
                write();
            }
            return progressed();
        }

        void write() {
            batch.appliedIndex(part.appliedIndex());
            tables.write(batch);
            batch = new Tables.Batch();
            bytes = 0;
        }
    }
}
