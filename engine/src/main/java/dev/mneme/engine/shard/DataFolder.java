package dev.mneme.engine.shard;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
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
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The folder that holds everything of a standalone node, opened by one process at a time.
///
/// ```text
/// manifest     format, epoch, shards, which slots each shard has, and what else must be there
/// lock         held while a process has the folder open
/// log/         the commit log
/// tables/      the tables of every shard, and in `belongs` the epoch
/// index/       the forward index; can be deleted while no process has the folder open
/// integrity.key  the integrity key, unless it is kept elsewhere; mode 0600
/// anchored     what the folder last wrote into its anchor: see [Anchor]
/// ```
///
/// While a backup is restored there is also `restoring/`: see [FolderSwap].
///
/// The manifest is lines of `key=value` in UTF-8: `format=2`, `epoch=<8 of a-z2-7>`, `shards=<n>`,
/// `integrity=<id of the key>`, `mac=<hex>` over the other lines, and for each shard
/// `slots.<shard>=<first>-<last>,…` in hex; `parts=new` before the first start was through, then `parts=kept`;
/// and `anchored=true` once the folder has had an anchor.
///
/// **Nothing is begun anew beside a manifest**: once the parts are kept, the log's mark and the tables' `belongs`
/// must be there. An empty `log/` or `tables/` is then no new one, but a disk that is not mounted.
public final class DataFolder implements AutoCloseable {
    private static final int FORMAT = 2;
    private static final String FIRST_FORMAT = "1";
    static final String MANIFEST = "manifest";
    static final String KEY = "integrity.key";
    private static final String PARTS = "parts";
    private static final String NEW = "new";
    private static final String KEPT = "kept";
    private static final String BELONGS = "belongs";
    private static final String ANCHORED = "anchored";
    private static final String EPOCH_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final String epoch;
    private final int[] shardOfSlot;
    private final int shards;
    private final Seal seal;
    private final Map<String, String> manifest;

    private DataFolder(Path path, FileChannel lockFile, FileLock lock, Map<String, String> manifest, Seal seal) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
        this.epoch = required(manifest, "epoch");
        this.shards = Integer.parseInt(required(manifest, "shards"));
        this.shardOfSlot = slots(manifest, shards);
        this.seal = seal;
        this.manifest = new TreeMap<>(manifest);
    }

    /// Whether a store was ever opened on the folder, or a restore into it begun.
    static boolean isThere(Path path) {
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
                    write(path, newManifest(shards, key.openOrMake(random), random));
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
    static DataFolder openUnchanged(Path path, @Nullable Path keyFile) {
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
        if (FIRST_FORMAT.equals(lines.get("format"))) {
            throw FormatUpgrade.refused(path, key.exists());
        }
        DataFolder folder = opened(path, lockFile, lock, lines, key);
        requireParts(path, lines);
        return folder;
    }

    private static DataFolder opened(
            Path path, FileChannel lockFile, FileLock lock, Map<String, String> lines, IntegrityKey key) {
        Path manifest = path.resolve(MANIFEST);
        try {
            Seal seal = key.open(required(lines, "integrity"));
            if (!mac(lines, seal).equals(required(lines, "mac"))) {
                throw damaged(manifest, "its MAC is wrong");
            }
            return new DataFolder(path, lockFile, lock, lines, seal);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            MnemeException damaged = damaged(manifest, "a number in it cannot be (" + e.getMessage() + ")");
            damaged.addSuppressed(e);
            throw damaged;
        }
    }

    private static Map<String, String> readable(Path manifest) throws IOException {
        try {
            return read(manifest);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            MnemeException damaged = damaged(manifest, "a number in it cannot be (" + e.getMessage() + ")");
            damaged.addSuppressed(e);
            throw damaged;
        }
    }

    /// Seals a folder of the first format as it is: because an operator says so, since nobody can tell what was
    /// done to it before.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when it is not of that format, or in use
    static void sealFirstFormat(Path path, @Nullable Path keyFile, RandomGenerator random) {
        Path manifest = path.resolve(MANIFEST);
        try (FileChannel lockFile =
                        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(path, lockFile)) {
            Map<String, String> lines = Files.exists(manifest) && lock.isValid() ? readable(manifest) : Map.of();
            if (!FIRST_FORMAT.equals(lines.get("format"))) {
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
    static LogTail acceptTail(Path path, @Nullable Path keyFile, InstantSource clock) {
        return changed(path, keyFile, folder -> {
            Path log = path.resolve("log");
            if (!Files.isDirectory(log)) {
                throw missing(log, "is missing");
            }
            return WriteAheadLog.acceptTail(log, LogSeal.under(folder.logKey()), clock);
        });
    }

    /// Forgets that the folder, which nobody has open, had an anchor.
    static void forgetAnchor(Path path, @Nullable Path keyFile) {
        changed(path, keyFile, folder -> {
            folder.manifest.remove(ANCHORED);
            folder.rewrite();
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
        if (!epoch.equals(required(manifest, "epoch"))) {
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
        List<String> names = shardNames(Integer.parseInt(required(first, "shards")));
        boolean sealed = key.exists();
        Seal seal = key.openOrMake(random);
        FormatUpgrade upgrade = new FormatUpgrade(path, names, seal, required(first, "epoch"), random);
        upgrade.run(sealed);
        Map<String, String> manifest = new TreeMap<>(first);
        manifest.put("format", String.valueOf(FORMAT));
        manifest.put("integrity", seal.keyId());
        manifest.put("mac", mac(manifest, seal));
        write(path, manifest);
        return manifest;
    }

    private static IntegrityKey keyOf(Path path, @Nullable Path keyFile) {
        return new IntegrityKey(keyFile == null ? path.resolve(KEY) : keyFile);
    }

    /// Opening a folder of the first format changes it.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when it is of that
    static void refuseFirstFormat(Path path) {
        try {
            if (isThere(path)
                    && FIRST_FORMAT.equals(read(path.resolve(MANIFEST)).get("format"))) {
                throw MnemeException.invalid(
                        "data",
                        String.valueOf(FormatUpgrade.refused(path, false).getMessage()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FileLock lock(Path path, FileChannel lockFile) throws IOException {
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

    private static Map<String, String> newManifest(int shards, Seal seal, RandomGenerator random) {
        List<String> slots = new ArrayList<>();
        HexFormat hex = HexFormat.of();
        for (int shard = 0; shard < shards; shard++) {
            int first = shard * Owner.SLOTS / shards;
            int last = (shard + 1) * Owner.SLOTS / shards - 1;
            slots.add(hex.toHexDigits(first, 3) + "-" + hex.toHexDigits(last, 3));
        }
        return newManifest(slots, seal, random);
    }

    private static Map<String, String> newManifest(List<String> slots, Seal seal, RandomGenerator random) {
        Map<String, String> manifest = slotLines(slots);
        manifest.put("format", String.valueOf(FORMAT));
        manifest.put("epoch", newEpoch(random));
        manifest.put("shards", String.valueOf(slots.size()));
        manifest.put(PARTS, NEW);
        manifest.put("integrity", seal.keyId());
        manifest.put("mac", mac(manifest, seal));
        return manifest;
    }

    private static Map<String, String> slotLines(List<String> slots) {
        Map<String, String> lines = new TreeMap<>();
        for (int shard = 0; shard < slots.size(); shard++) {
            lines.put("slots." + shard, slots.get(shard));
        }
        return lines;
    }

    private static String mac(Map<String, String> manifest, Seal seal) {
        Map<String, String> covered = new TreeMap<>(manifest);
        covered.remove("mac");
        return seal.textMac("manifest", lines(covered));
    }

    private static String lines(Map<String, String> manifest) {
        return manifest.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }

    /// Writes a manifest with these slots and an epoch of its own.
    ///
    /// @return the epoch
    static String writeManifest(Path folder, List<String> slots, Seal seal, RandomGenerator random) throws IOException {
        Map<String, String> manifest = newManifest(slots, seal, random);
        manifest.remove(PARTS); // they come with it
        manifest.put("mac", mac(manifest, seal));
        write(folder, manifest);
        return required(manifest, "epoch");
    }

    /// Whether these can be the slots of shards: all of them, each in hex as the manifest has it.
    static boolean areSlots(List<String> slots) {
        try {
            slots(slotLines(slots), slots.size());
            return true;
        } catch (IllegalArgumentException | IndexOutOfBoundsException | MnemeException e) {
            System.getLogger(DataFolder.class.getName()).log(System.Logger.Level.DEBUG, "These are no slots", e);
            return false;
        }
    }

    private static String newEpoch(RandomGenerator random) {
        return random.ints(8, 0, EPOCH_LETTERS.length())
                .mapToObj(i -> String.valueOf(EPOCH_LETTERS.charAt(i)))
                .collect(Collectors.joining());
    }

    /// Writes the manifest so that a crash leaves all of it or none.
    private static void write(Path folder, Map<String, String> manifest) throws IOException {
        writeText(folder, MANIFEST, lines(manifest));
    }

    private static void writeText(Path folder, String name, String text) throws IOException {
        Path draft = folder.resolve(name + ".new");
        try (FileChannel file = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.UTF_8.encode(text));
            file.force(true);
        }
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static Map<String, String> read(Path file) throws IOException {
        Map<String, String> manifest = new TreeMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw damaged(file, "the line '" + line + "' has no '='");
            }
            manifest.put(line.substring(0, equals), line.substring(equals + 1));
        }
        int format = Integer.parseInt(manifest.getOrDefault("format", "0"));
        if (format > FORMAT) {
            throw MnemeException.invalid(
                    "data",
                    "The data folder's format is " + format + ", and this version knows up to " + FORMAT
                            + ": start it with the newer version that made it.");
        }
        if (format < 1) {
            throw damaged(file, "it names no format");
        }
        return manifest;
    }

    private static int[] slots(Map<String, String> manifest, int shards) {
        int[] shardOfSlot = new int[Owner.SLOTS];
        Arrays.fill(shardOfSlot, -1);
        for (int shard = 0; shard < shards; shard++) {
            for (String range : required(manifest, "slots." + shard).split(",", -1)) {
                String[] ends = range.split("-", -1);
                Arrays.fill(shardOfSlot, HexFormat.fromHexDigits(ends[0]), HexFormat.fromHexDigits(ends[1]) + 1, shard);
            }
        }
        if (Arrays.stream(shardOfSlot).anyMatch(shard -> shard < 0)) {
            throw damaged(Path.of(MANIFEST), "some slots have no shard");
        }
        return shardOfSlot;
    }

    private static String required(Map<String, String> manifest, String key) {
        String value = manifest.get(key);
        if (value == null) {
            throw damaged(Path.of(MANIFEST), "it has no '" + key + "'");
        }
        return value;
    }

    private static MnemeException damaged(Path file, String how) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The data folder's " + file.getFileName() + " is damaged: " + how + ". Put it back from a backup.");
    }

    public Path path() {
        return path;
    }

    /// Log and tables are there, and open: from now on they are missed when they are not. But not a log that lies
    /// on another disk than the folder's.
    void keepParts() {
        if (KEPT.equals(manifest.get(PARTS)) || !WriteAheadLog.isMarked(path.resolve("log"))) {
            return;
        }
        try {
            writeText(path.resolve("tables"), BELONGS, epoch + "\n");
            manifest.put(PARTS, KEPT);
            rewrite();
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The data folder " + path + " cannot be written: " + e, e);
        }
    }

    /// Whether the folder has had an anchor since it was made, or since an operator had it forgotten.
    boolean isAnchored() {
        return manifest.containsKey(ANCHORED);
    }

    /// The folder has an anchor: from now on it is missed when it is not there.
    void keepAnchor() {
        if (isAnchored()) {
            return;
        }
        try {
            manifest.put(ANCHORED, "true");
            rewrite();
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The data folder " + path + " cannot be written: " + e, e);
        }
    }

    private void rewrite() throws IOException {
        manifest.put("mac", mac(manifest, seal));
        write(path, manifest);
    }

    /// The key of the log's batches, of this life alone.
    public byte[] logKey() {
        return seal.logKey(epoch);
    }

    /// What everything in the folder is sealed with.
    public Seal seal() {
        return seal;
    }

    public String epoch() {
        return epoch;
    }

    public int shards() {
        return shards;
    }

    public int shardOf(int slot) {
        return shardOfSlot[slot];
    }

    /// The names of the shards, the system shard last.
    public List<String> shardNames() {
        return shardNames(shards);
    }

    static List<String> shardNames(int shards) {
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
