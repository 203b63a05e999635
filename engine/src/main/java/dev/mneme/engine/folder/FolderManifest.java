package dev.mneme.engine.folder;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.integrity.Seal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The file `manifest` of a data folder: lines of `key=value` in UTF-8, by key.
///
/// ```text
/// format=3
/// epoch=<8 of a-z2-7>
/// slots.<shard>=<first>-<last>,…     which slots each shard has, in hex; also those that are not here
/// held=<shard>,…                     the shards that are here and served, `system` among them
/// received=<shard>,…                 those that are here and not yet served, if there are any
/// arriving=<shard>,…                 those that are not yet wholly here, if there are any
/// leaving=<shard>,…                  those that are no longer wholly here, if there are any
/// parts=new                          before the first start was through, then parts=kept
/// anchored=true                      once the folder has had an anchor
/// integrity=<id of the key>
/// mac=<hex>                          over the other lines
/// ```
///
/// **Format 2** had `shards=<n>` instead: shards 0 to n-1 and the system's were all here. It becomes format 3 with the
/// first change. Format 1 had no MAC: see [FormatUpgrade].
///
/// Used by one thread at a time.
final class FolderManifest {
    static final String NAME = "manifest";
    static final String FIRST_FORMAT = "1";

    private static final int FORMAT = 3;
    private static final String SECOND_FORMAT = "2";
    private static final String SLOTS = "slots.";
    private static final String HELD = "held";
    private static final String RECEIVED = "received";
    private static final String ARRIVING = "arriving";
    private static final String LEAVING = "leaving";
    private static final String EPOCH_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

    private final Path folder;
    private final Seal seal;
    private final Map<String, String> lines;
    private final ShardId[] shardOfSlot;
    private final SortedSet<ShardId> ofOwners;

    /// @throws MnemeException `INTEGRITY_VIOLATION` when it was changed, or says what cannot be
    FolderManifest(Path folder, Map<String, String> lines, Seal seal) {
        this.folder = folder;
        this.seal = seal;
        this.lines = new TreeMap<>(lines);
        if (!mac(lines, seal).equals(required("mac"))) {
            throw damaged(file(), "its MAC is wrong");
        }
        try {
            SortedMap<ShardId, String> slots = slots();
            this.shardOfSlot = shardOfSlot(slots);
            this.ofOwners = new TreeSet<>(slots.keySet());
            held();
            received();
            unfinished();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw impossible(file(), e);
        }
    }

    static MnemeException impossible(Path file, RuntimeException e) {
        MnemeException damaged = damaged(file, "a number in it cannot be (" + e.getMessage() + ")");
        damaged.addSuppressed(e);
        return damaged;
    }

    private Path file() {
        return folder.resolve(NAME);
    }

    /// The lines of a file as they are.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when its format is newer, `INTEGRITY_VIOLATION` when it has none
    static Map<String, String> read(Path file) throws IOException {
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

    /// What a new folder of so many shards says.
    static SortedMap<ShardId, String> evenSlots(int shards) {
        SortedMap<ShardId, String> slots = new TreeMap<>();
        HexFormat hex = HexFormat.of();
        for (int shard = 0; shard < shards; shard++) {
            int first = shard * Owner.SLOTS / shards;
            int last = (shard + 1) * Owner.SLOTS / shards - 1;
            slots.put(new ShardId(shard), hex.toHexDigits(first, 3) + "-" + hex.toHexDigits(last, 3));
        }
        return slots;
    }

    /// Writes one.
    ///
    /// @param parts what it says of the folder's parts; null: nothing
    static void write(
            Path folder,
            String epoch,
            SortedMap<ShardId, String> slots,
            SortedSet<ShardId> held,
            @Nullable String parts,
            Seal seal)
            throws IOException {
        Map<String, String> lines = new TreeMap<>();
        lines.put("format", String.valueOf(FORMAT));
        lines.put("epoch", epoch);
        slots.forEach((shard, ranges) -> lines.put(SLOTS + shard, ranges));
        lines.put(HELD, joined(held));
        if (parts != null) {
            lines.put("parts", parts);
        }
        write(folder, lines, seal);
    }

    /// Turns the lines of a folder of the first format, which is sealed now, into a manifest.
    static Map<String, String> ofFirstFormat(Path folder, Map<String, String> first, Seal seal) throws IOException {
        Map<String, String> lines = new TreeMap<>(first);
        lines.put("format", SECOND_FORMAT);
        return write(folder, lines, seal);
    }

    private static Map<String, String> write(Path folder, Map<String, String> lines, Seal seal) throws IOException {
        lines.put("integrity", seal.keyId());
        lines.put("mac", mac(lines, seal));
        writeText(folder, NAME, text(lines));
        return lines;
    }

    /// Writes a file so that a crash leaves all of it or none.
    static void writeText(Path folder, String name, String text) throws IOException {
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

    static String newEpoch(RandomGenerator random) {
        return random.ints(8, 0, EPOCH_LETTERS.length())
                .mapToObj(i -> String.valueOf(EPOCH_LETTERS.charAt(i)))
                .collect(Collectors.joining());
    }

    private static String mac(Map<String, String> lines, Seal seal) {
        Map<String, String> covered = new TreeMap<>(lines);
        covered.remove("mac");
        return seal.textMac("manifest", text(covered));
    }

    private static String text(Map<String, String> lines) {
        return lines.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private SortedMap<ShardId, String> slots() {
        SortedMap<ShardId, String> slots = new TreeMap<>();
        if (isSecondFormat()) {
            for (int shard = 0; shard < Integer.parseInt(required("shards")); shard++) {
                slots.put(new ShardId(shard), required(SLOTS + shard));
            }
            return slots;
        }
        lines.forEach((key, ranges) -> {
            if (key.startsWith(SLOTS)) {
                slots.put(new ShardId(Integer.parseInt(key.substring(SLOTS.length()))), ranges);
            }
        });
        return slots;
    }

    /// Which shard each slot lies in.
    ///
    /// @throws IllegalArgumentException when some lie in none, or a range cannot be
    static ShardId[] shardOfSlot(SortedMap<ShardId, String> slots) {
        @Nullable ShardId[] found = new @Nullable ShardId[Owner.SLOTS];
        slots.forEach((shard, ranges) -> {
            if (shard.equals(ShardId.SYSTEM)) {
                throw new IllegalArgumentException("the system's shard has no slots");
            }
            for (String range : ranges.split(",", -1)) {
                String[] ends = range.split("-", -1);
                Arrays.fill(found, HexFormat.fromHexDigits(ends[0]), HexFormat.fromHexDigits(ends[1]) + 1, shard);
            }
        });
        ShardId[] all = new ShardId[Owner.SLOTS];
        for (int slot = 0; slot < all.length; slot++) {
            ShardId shard = found[slot];
            if (shard == null) {
                throw new IllegalArgumentException("some slots have no shard");
            }
            all[slot] = shard;
        }
        return all;
    }

    private boolean isSecondFormat() {
        return SECOND_FORMAT.equals(lines.get("format"));
    }

    String epoch() {
        return required("epoch");
    }

    ShardId shardOf(int slot) {
        return shardOfSlot[slot];
    }

    /// The shards that are here and served.
    SortedSet<ShardId> held() {
        if (!isSecondFormat()) {
            return listed(HELD);
        }
        SortedSet<ShardId> held = new TreeSet<>(slots().keySet());
        held.add(ShardId.SYSTEM);
        return held;
    }

    /// The shards that are here and not yet served.
    SortedSet<ShardId> received() {
        return listed(RECEIVED);
    }

    /// The shards of which only something is here.
    SortedSet<ShardId> unfinished() {
        SortedSet<ShardId> unfinished = listed(ARRIVING);
        unfinished.addAll(listed(LEAVING));
        return unfinished;
    }

    private SortedSet<ShardId> listed(String key) {
        SortedSet<ShardId> shards = new TreeSet<>();
        for (String name : lines.getOrDefault(key, "").split(",", -1)) {
            if (!name.isEmpty()) {
                shards.add(ShardId.named(name));
            }
        }
        return shards;
    }

    private static String joined(SortedSet<ShardId> shards) {
        return shards.stream().map(ShardId::toString).collect(Collectors.joining(","));
    }

    /// @throws MnemeException `INVALID_REQUEST` when it is here, or no shard of the map
    void begin(ShardId shard) throws IOException {
        if (held().contains(shard) || received().contains(shard) || unfinished().contains(shard)) {
            throw MnemeException.invalid("shard", "Shard " + shard + " is on this node already: drop it there first.");
        }
        if (!shard.equals(ShardId.SYSTEM) && !ofOwners.contains(shard)) {
            throw MnemeException.invalid("shard", "There is no shard " + shard + " in this node's map of shards.");
        }
        move(shard, null, ARRIVING);
    }

    void receive(ShardId shard) throws IOException {
        move(shard, ARRIVING, RECEIVED);
    }

    void keep(ShardId shard) throws IOException {
        move(shard, RECEIVED, HELD);
    }

    void giveUp(ShardId shard) throws IOException {
        move(shard, received().contains(shard) ? RECEIVED : HELD, LEAVING);
    }

    void forget(ShardId shard) throws IOException {
        move(shard, listed(ARRIVING).contains(shard) ? ARRIVING : LEAVING, null);
    }

    private void move(ShardId shard, @Nullable String from, @Nullable String to) throws IOException {
        becomeCurrent();
        if (from != null) {
            SortedSet<ShardId> fewer = listed(from);
            if (!fewer.remove(shard)) {
                throw new IllegalStateException("shard " + shard + " is not " + from);
            }
            put(from, fewer);
        }
        if (to != null) {
            SortedSet<ShardId> more = listed(to);
            more.add(shard);
            put(to, more);
        }
        rewrite();
    }

    private void put(String key, SortedSet<ShardId> shards) {
        if (shards.isEmpty() && !key.equals(HELD)) {
            lines.remove(key);
        } else {
            lines.put(key, joined(shards));
        }
    }

    private void becomeCurrent() {
        if (isSecondFormat()) {
            lines.put(HELD, joined(held()));
            lines.put("format", String.valueOf(FORMAT));
            lines.remove("shards");
        }
    }

    @Nullable
    String get(String key) {
        return lines.get(key);
    }

    void set(String key, String value) throws IOException {
        becomeCurrent();
        lines.put(key, value);
        rewrite();
    }

    void remove(String key) throws IOException {
        lines.remove(key);
        rewrite();
    }

    private void rewrite() throws IOException {
        write(folder, lines, seal);
    }

    private String required(String key) {
        return required(lines, key);
    }

    static String required(Map<String, String> lines, String key) {
        String value = lines.get(key);
        if (value == null) {
            throw damaged(Path.of(NAME), "it has no '" + key + "'");
        }
        return value;
    }

    static MnemeException damaged(Path file, String how) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The data folder's " + file.getFileName() + " is damaged: " + how + ". Put it back from a backup.");
    }
}
