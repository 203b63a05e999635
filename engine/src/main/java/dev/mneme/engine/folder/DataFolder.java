package dev.mneme.engine.folder;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.integrity.IntegrityKey;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.LogTail;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The folder that holds everything of a standalone node, opened by one process at a time.
///
/// ```text
/// manifest     format, epoch, which slots each shard has, which shards are here, and what else must be there
/// lock         held while a process has the folder open
/// log/         the commit log
/// tables/      the tables of every shard, and in `belongs` the epoch
/// index/       the forward index; can be deleted while no process has the folder open
/// integrity.key  the integrity key, unless it is kept elsewhere; mode 0600
/// anchored     what the folder last wrote into its anchor: see [Anchor]
/// ```
///
/// While a backup is restored there is also `restoring/`: see [FolderSwap]. The lines of the manifest are told in
/// [FolderManifest].
///
/// **Nothing is begun anew beside a manifest**: once the parts are kept, the log's mark and the tables' `belongs`
/// must be there. An empty `log/` or `tables/` is then no new one, but a disk that is not mounted.
public final class DataFolder implements AutoCloseable {
    static final String MANIFEST = FolderManifest.NAME;
    public static final String KEY = "integrity.key";
    private static final String PARTS = "parts";
    private static final String NEW = "new";
    private static final String KEPT = "kept";
    private static final String BELONGS = "belongs";
    private static final String ANCHORED = "anchored";

    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final Seal seal;
    private final FolderManifest manifest;

    private DataFolder(Path path, FileChannel lockFile, FileLock lock, FolderManifest manifest, Seal seal) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
        this.seal = seal;
        this.manifest = manifest;
    }

    /// Whether a store was ever opened on the folder, or a restore into it begun.
    public static boolean isThere(Path path) {
        return Files.exists(path.resolve(MANIFEST)) || FolderSwap.isCutOff(path);
    }

    /// Opens the folder, making it when it is missing.
    ///
    /// @param shards how many a new folder gets; an existing one keeps its own
    /// @param keyFile where the integrity key is; null: in the folder
    /// @throws MnemeException `INVALID_REQUEST` when another process has it open, its format is not this
    ///     version's,
    ///     or its integrity key is missing or another one; `INTEGRITY_VIOLATION` when a part of it is missing
    public static DataFolder open(Path path, int shards, @Nullable Path keyFile, RandomGenerator random) {
        try {
            Folders.createPrivate(path);
            FileChannel lockFile =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = lock(path, lockFile);
                refuseHalfRestored(path);
                Path manifest = path.resolve(MANIFEST);
                IntegrityKey key = keyOf(path, keyFile);
                if (!Files.exists(manifest)) {
                    refuseWithoutManifest(path);
                    SortedMap<ShardId, String> slots = FolderManifest.evenSlots(shards);
                    FolderManifest.write(
                            path,
                            FolderManifest.newEpoch(random),
                            slots,
                            withSystem(slots),
                            NEW,
                            key.openOrMake(random));
                }
                DataFolder folder = opened(path, lockFile, lock, manifest, key);
                FormatUpgrade.removeLeftovers(path);
                return folder;
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL,
                    "The data folder " + path + " cannot be used (" + e + "): choose another with --data, or mend its"
                            + " permissions.",
                    e);
        }
    }

    /// Makes the folder of a node that joins others: of their epoch and map, without a shard. One that is there stays
    /// as it is.
    ///
    /// @param slots which slots each shard has, as `<first>-<last>,…` in hex
    /// @throws MnemeException `INVALID_REQUEST` when the folder is of another epoch, or the slots cannot be
    public static void join(
            Path path, String epoch, SortedMap<ShardId, String> slots, @Nullable Path keyFile, RandomGenerator random) {
        if (!areSlots(slots)) {
            throw MnemeException.invalid("slots", "Every slot must lie in one shard.");
        }
        try {
            Folders.createPrivate(path);
            Path manifest = path.resolve(MANIFEST);
            if (!Files.exists(manifest)) {
                refuseWithoutManifest(path);
                Seal seal = keyOf(path, keyFile).openOrMake(random);
                FolderManifest.write(path, epoch, slots, new TreeSet<>(), NEW, seal);
            } else if (!epoch.equals(FolderManifest.read(manifest).get("epoch"))) {
                throw MnemeException.invalid(
                        "data", "The data folder " + path + " is of another epoch: choose an empty one with --data.");
            }
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The data folder " + path + " cannot be written: " + e, e);
        }
    }

    private static SortedSet<ShardId> withSystem(SortedMap<ShardId, String> slots) {
        SortedSet<ShardId> shards = new TreeSet<>(slots.keySet());
        shards.add(ShardId.SYSTEM);
        return shards;
    }

    private static void refuseHalfRestored(Path path) {
        if (FolderSwap.isCutOff(path)) {
            throw MnemeException.invalid(
                    "data", "A restore into " + path + " was cut off before its end: run mneme restore again.");
        }
    }

    /// Opens a folder that no process has open, to read it: nothing in it changes.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when there is none, a process has it open, or its format is
    ///     newer
    public static DataFolder openUnchanged(Path path, @Nullable Path keyFile) {
        refuseHalfRestored(path);
        if (!isThere(path)) {
            throw MnemeException.invalid(
                    "data", "There is no data folder of Mneme at " + path + ": name the one to read with --data.");
        }
        refuseFirstFormat(path);
        try {
            FileChannel lockFile = FileChannel.open(path.resolve("lock"), StandardOpenOption.READ);
            try {
                return opened(path, lockFile, sharedLock(path, lockFile), path.resolve(MANIFEST), keyOf(path, keyFile));
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL,
                    "The data folder " + path + " cannot be read (" + e + "): mend its permissions.",
                    e);
        }
    }

    private static FileLock sharedLock(Path path, FileChannel lockFile) throws IOException {
        try {
            FileLock lock = lockFile.tryLock(0, Long.MAX_VALUE, true);
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // said below
        }
        throw MnemeException.invalid(
                "data",
                "The data folder " + path + " is in use by a Mneme server: ask that one, or stop it and try again.");
    }

    private static DataFolder opened(Path path, FileChannel lockFile, FileLock lock, Path manifest, IntegrityKey key)
            throws IOException {
        Map<String, String> lines = readable(manifest);
        if (FolderManifest.FIRST_FORMAT.equals(lines.get("format"))) {
            throw FormatUpgrade.refused(path, key.exists());
        }
        DataFolder folder = opened(path, lockFile, lock, lines, key);
        requireParts(path, lines);
        return folder;
    }

    private static DataFolder opened(
            Path path, FileChannel lockFile, FileLock lock, Map<String, String> lines, IntegrityKey key) {
        Seal seal = key.open(FolderManifest.required(lines, "integrity"));
        return new DataFolder(path, lockFile, lock, new FolderManifest(path, lines, seal), seal);
    }

    private static Map<String, String> readable(Path manifest) throws IOException {
        try {
            return FolderManifest.read(manifest);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw FolderManifest.impossible(manifest, e);
        }
    }

    /// Seals a folder of the first format as it is: because an operator says so, since nobody can tell what was
    /// done to it before.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when it is not of that format, or in use
    public static void sealFirstFormat(Path path, @Nullable Path keyFile, RandomGenerator random) {
        Path manifest = path.resolve(MANIFEST);
        try (FileChannel lockFile =
                        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(path, lockFile)) {
            Map<String, String> lines = Files.exists(manifest) && lock.isValid() ? readable(manifest) : Map.of();
            if (!FolderManifest.FIRST_FORMAT.equals(lines.get("format"))) {
                throw MnemeException.invalid(
                        "accept", "There is no data folder of the first format at " + path + ": nothing was done.");
            }
            upgraded(path, lines, keyOf(path, keyFile), random);
            FormatUpgrade.removeLeftovers(path);
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The data folder " + path + " cannot be used: " + e, e);
        }
    }

    /// Takes the log of a folder that nobody has open as it ends: see [WriteAheadLog#acceptTail].
    public static LogTail acceptTail(Path path, @Nullable Path keyFile, InstantSource clock) {
        return changed(path, keyFile, folder -> {
            Path log = path.resolve("log");
            if (!Files.isDirectory(log)) {
                throw missing(log, "is missing");
            }
            return WriteAheadLog.acceptTail(log, LogSeal.under(folder.logKey()), clock);
        });
    }

    /// Forgets that the folder, which nobody has open, had an anchor.
    public static void forgetAnchor(Path path, @Nullable Path keyFile) {
        changed(path, keyFile, folder -> {
            folder.manifest.remove(ANCHORED);
            Files.deleteIfExists(path.resolve(Anchor.MEMORY));
            return folder;
        });
    }

    @FunctionalInterface
    private interface Changing<T> {
        T change(DataFolder folder) throws IOException;
    }

    /// Under the folder's lock, whatever of its parts is missing.
    private static <T> T changed(Path path, @Nullable Path keyFile, Changing<T> changing) {
        try (FileChannel lockFile =
                        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(path, lockFile)) {
            Map<String, String> lines = readable(path.resolve(MANIFEST));
            return changing.change(opened(path, lockFile, lock, lines, keyOf(path, keyFile)));
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The data folder " + path + " cannot be used: " + e, e);
        }
    }

    /// A store's parts without the manifest that says whose they are.
    private static void refuseWithoutManifest(Path path) throws IOException {
        Path log = path.resolve("log");
        boolean holdsLog = Files.isDirectory(log) && WriteAheadLog.holdsSegments(log);
        if (holdsLog || RocksFolder.isThere(path.resolve("tables"))) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The data folder " + path + " holds data and its manifest is missing: put the file " + MANIFEST
                            + " back from a copy of the folder, or restore a backup. Nothing was changed.");
        }
    }

    private static void requireParts(Path path, Map<String, String> manifest) throws IOException {
        Path log = path.resolve("log");
        Path tables = path.resolve("tables");
        String parts = manifest.getOrDefault(PARTS, "");
        if (parts.equals(NEW)) {
            return;
        }
        if (!Files.isDirectory(log) || !(WriteAheadLog.holdsSegments(log) || WriteAheadLog.isMarked(log))) {
            throw missing(log, "is missing or empty");
        }
        if (!RocksFolder.isThere(tables)) {
            throw missing(tables, "is missing or empty");
        }
        if (!parts.equals(KEPT)) {
            return; // made by an earlier version, or by a restore
        }
        if (!WriteAheadLog.isMarked(log)) {
            throw missing(log, "lacks its mark, the file acknowledged");
        }
        Path belongs = tables.resolve(BELONGS);
        String epoch = Files.exists(belongs)
                ? Files.readString(belongs, StandardCharsets.UTF_8).strip()
                : "";
        if (!epoch.equals(FolderManifest.required(manifest, "epoch"))) {
            throw missing(tables, epoch.isEmpty() ? "lacks its file " + BELONGS : "is of the data folder " + epoch);
        }
    }

    private static MnemeException missing(Path part, String how) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The folder " + part + " " + how + ", and the manifest beside it says that it was there: is its disk"
                        + " mounted? Nothing was begun anew. Put it back, or restore a backup."
                        + (part.endsWith("log")
                                ? " To go on with what the log still holds, run mneme verify --accept tail."
                                : ""));
    }

    private static Map<String, String> upgraded(
            Path path, Map<String, String> first, IntegrityKey key, RandomGenerator random) throws IOException {
        List<String> names = shardNames(Integer.parseInt(FolderManifest.required(first, "shards")));
        boolean sealed = key.exists();
        Seal seal = key.openOrMake(random);
        FormatUpgrade upgrade = new FormatUpgrade(path, names, seal, FolderManifest.required(first, "epoch"), random);
        upgrade.run(sealed);
        return FolderManifest.ofFirstFormat(path, first, seal);
    }

    private static IntegrityKey keyOf(Path path, @Nullable Path keyFile) {
        return new IntegrityKey(keyFile == null ? path.resolve(KEY) : keyFile);
    }

    /// Opening a folder of the first format changes it.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when it is of that
    public static void refuseFirstFormat(Path path) {
        try {
            if (isThere(path)
                    && FolderManifest.FIRST_FORMAT.equals(
                            FolderManifest.read(path.resolve(MANIFEST)).get("format"))) {
                throw MnemeException.invalid(
                        "data",
                        String.valueOf(FormatUpgrade.refused(path, false).getMessage()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static FileLock lock(Path path, FileChannel lockFile) throws IOException {
        FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw MnemeException.invalid(
                    "data",
                    "The data folder " + path
                            + " is in use by another Mneme server: stop that one, or choose another folder"
                            + " with --data.");
        }
        return lock;
    }

    /// Writes a manifest with these slots and an epoch of its own, whose parts come with it.
    ///
    /// @return the epoch
    public static String writeManifest(Path folder, SortedMap<ShardId, String> slots, Seal seal, RandomGenerator random)
            throws IOException {
        String epoch = FolderManifest.newEpoch(random);
        FolderManifest.write(folder, epoch, slots, withSystem(slots), null, seal);
        return epoch;
    }

    /// Whether these can be the slots of shards: all of them, each in hex as the manifest has it.
    public static boolean areSlots(SortedMap<ShardId, String> slots) {
        try {
            FolderManifest.shardOfSlot(slots);
            return true;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            System.getLogger(DataFolder.class.getName()).log(System.Logger.Level.DEBUG, "These are no slots", e);
            return false;
        }
    }

    public Path path() {
        return path;
    }

    /// Log and tables are there, and open: from now on they are missed when they are not. But not a log that lies
    /// on another disk than the folder's.
    public void keepParts() {
        if (KEPT.equals(manifest.get(PARTS)) || !WriteAheadLog.isMarked(path.resolve("log"))) {
            return;
        }
        changed(() -> {
            FolderManifest.writeText(path.resolve("tables"), BELONGS, epoch() + "\n");
            manifest.set(PARTS, KEPT);
        });
    }

    /// Whether the folder has had an anchor since it was made, or since an operator had it forgotten.
    boolean isAnchored() {
        return manifest.get(ANCHORED) != null;
    }

    /// The folder has an anchor: from now on it is missed when it is not there.
    void keepAnchor() {
        if (!isAnchored()) {
            changed(() -> manifest.set(ANCHORED, "true"));
        }
    }

    @FunctionalInterface
    private interface Rewriting {
        void run() throws IOException;
    }

    private void changed(Rewriting rewriting) {
        try {
            rewriting.run();
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The data folder " + path + " cannot be written: " + e, e);
        }
    }

    /// The shards that are here and served.
    public synchronized SortedSet<ShardId> held() {
        return manifest.held();
    }

    /// The shards that are here and not yet served.
    public synchronized SortedSet<ShardId> received() {
        return manifest.received();
    }

    /// The shards of which only something is here.
    public synchronized SortedSet<ShardId> unfinished() {
        return manifest.unfinished();
    }

    /// A shard is about to come.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when it is here, or the folder's map has no such shard
    public synchronized void begin(ShardId shard) {
        changed(() -> manifest.begin(shard));
    }

    /// It has come, and is not yet served.
    public synchronized void receive(ShardId shard) {
        changed(() -> manifest.receive(shard));
    }

    /// A shard that was received is served from now on.
    public synchronized void keep(ShardId shard) {
        changed(() -> manifest.keep(shard));
    }

    /// A shard is about to go.
    public synchronized void giveUp(ShardId shard) {
        changed(() -> manifest.giveUp(shard));
    }

    /// It has gone, or has not come.
    public synchronized void forget(ShardId shard) {
        changed(() -> manifest.forget(shard));
    }

    /// The key of the log's batches, of this life alone.
    public byte[] logKey() {
        return seal.logKey(epoch());
    }

    /// What everything in the folder is sealed with.
    public Seal seal() {
        return seal;
    }

    public String epoch() {
        return manifest.epoch();
    }

    public ShardId shardOf(int slot) {
        return manifest.shardOf(slot);
    }

    /// The shards that are here, served or not.
    public synchronized SortedSet<ShardId> kept() {
        SortedSet<ShardId> kept = manifest.held();
        kept.addAll(manifest.received());
        return kept;
    }

    /// The names of the shards that are here, the system's last.
    public List<String> shardNames() {
        return kept().stream().map(ShardId::toString).toList();
    }

    /// The names of the shards of a folder that has so many.
    public static List<String> shardNames(int shards) {
        List<String> names = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            names.add(String.valueOf(shard));
        }
        names.add("system");
        return names;
    }

    /// Lets other processes open it.
    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The data folder's lock cannot be released: " + e, e);
        }
    }
}
