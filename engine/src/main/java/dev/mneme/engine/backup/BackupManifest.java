package dev.mneme.engine.backup;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.integrity.Seal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a backup says of itself: the entry `manifest`, the last one of the file. Lines of `key=value` in
/// UTF-8:
///
/// ```text
/// format=1                              2 when the shards are not 0 to n-1
/// at=<when the cut was taken>
/// epoch=<of the store that it was taken from>
/// shards=<n>                            in format 2 <shard>,… instead
/// slots.<shard>=<first>-<last>,…        in hex
/// part.<shard>=<applied index> <rows> <bytes> <SHA-256 of its entry, in hex>      the system shard too
/// integrity=<id of the integrity key that the rows are sealed with>
/// key=<that key, in hex>                                                          unless it is kept elsewhere
/// mac=<MAC of all lines before under that key>
/// seal=<SHA-256 of all lines before, in hex>                                      the last line
/// ```
///
/// Who has the file with the key in it can forge anything; without the key in it, nothing.
///
/// @param slots for each shard but the system's
/// @param parts one for each shard, the system's last
/// @param integrity the id of the key that the rows are sealed with
/// @param key that key, or the empty string
/// @param mac over everything else, under that key
public record BackupManifest(
        Instant at,
        String epoch,
        SortedMap<ShardId, String> slots,
        List<Part> parts,
        String integrity,
        String key,
        String mac) {
    /// The newest format that this version reads. It writes the first where that can say it.
    public static final int FORMAT = 2;

    private static final int DENSE = 1;

    private static final String SEAL = "seal=";

    public BackupManifest {
        slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
        parts = List.copyOf(parts);
    }

    /// One shard's rows.
    ///
    /// @param bytes the length of its entry
    /// @param sha256 of its entry, in hex
    public record Part(ShardId shard, long appliedIndex, long rows, long bytes, String sha256) {
        private static final long MAX_BYTES = 1L << 50;

        public Part {
            if (appliedIndex < 0 || rows < 0 || bytes < 0 || bytes > MAX_BYTES) {
                throw new IllegalArgumentException("shard " + shard + " has numbers that cannot be");
            }
        }

        /// The name of its entry.
        String entry() {
            return "shards/" + shard + ".rows";
        }
    }

    public long rows() {
        return parts.stream().mapToLong(Part::rows).sum();
    }

    public long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /// A manifest with its MAC.
    ///
    /// @param withKey whether the key comes along
    static BackupManifest sealed(
            Instant at, String epoch, SortedMap<ShardId, String> slots, List<Part> parts, Seal seal, boolean withKey) {
        BackupManifest open = new BackupManifest(at, epoch, slots, parts, seal.keyId(), withKey ? seal.key() : "", "");
        return new BackupManifest(at, epoch, slots, parts, open.integrity, open.key, open.macUnder(seal));
    }

    /// Whether it was written under this key, and not changed since.
    public boolean soundUnder(Seal seal) {
        return macUnder(seal).equals(mac);
    }

    private String macUnder(Seal seal) {
        return seal.textMac("backup", lines());
    }

    byte[] encode() {
        String lines = lines() + "mac=" + mac + "\n";
        return (lines + SEAL + seal(lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private String lines() {
        StringBuilder lines = new StringBuilder();
        boolean dense = slots.keySet().equals(dense(slots.size()));
        lines.append("format=").append(dense ? DENSE : FORMAT).append('\n');
        lines.append("at=").append(at).append('\n');
        lines.append("epoch=").append(epoch).append('\n');
        lines.append("shards=")
                .append(dense ? String.valueOf(slots.size()) : joined(slots.keySet()))
                .append('\n');
        slots.forEach((shard, ranges) ->
                lines.append("slots.").append(shard).append('=').append(ranges).append('\n'));
        parts.forEach(part -> lines.append("part.")
                .append(part.shard())
                .append('=')
                .append(part.appliedIndex() + " " + part.rows() + " " + part.bytes() + " " + part.sha256())
                .append('\n'));
        lines.append("integrity=").append(integrity).append('\n');
        if (!key.isEmpty()) {
            lines.append("key=").append(key).append('\n');
        }
        return lines.toString();
    }

    private static SortedSet<ShardId> dense(int shards) {
        SortedSet<ShardId> ids = new TreeSet<>();
        IntStream.range(0, shards).forEach(shard -> ids.add(new ShardId(shard)));
        return ids;
    }

    private static String joined(Set<ShardId> shards) {
        return shards.stream().map(ShardId::toString).collect(Collectors.joining(","));
    }

    /// @throws MnemeException `INVALID_REQUEST` for a newer format, `INTEGRITY_VIOLATION` for no manifest
    static BackupManifest decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Map<String, String> values = new TreeMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, Math.max(0, equals)), line.substring(equals + 1));
        });
        refuseNewer(values.getOrDefault("format", ""));
        int sealed = text.lastIndexOf(SEAL);
        if (sealed < 0 || !text.substring(sealed).equals(SEAL + seal(text.substring(0, sealed)) + "\n")) {
            throw damaged("its manifest does not match its own checksum");
        }
        try {
            return decode(values);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, message("its manifest cannot be read"), e);
        }
    }

    /// A newer format may lay out the rest in its own way: it is told first.
    private static void refuseNewer(String format) {
        if (!format.matches("[0-9]{1,9}")) {
            throw damaged("its manifest names no format");
        }
        if (Integer.parseInt(format) > FORMAT) {
            throw MnemeException.invalid(
                    "format",
                    "The backup's format is " + format + ", and this version knows up to " + FORMAT
                            + ": restore it with the newer version that made it.");
        }
    }

    private static BackupManifest decode(Map<String, String> values) {
        SortedMap<ShardId, String> slots = new TreeMap<>();
        List<Part> parts = new ArrayList<>();
        for (ShardId shard : shards(values)) {
            slots.put(shard, required(values, "slots." + shard));
            parts.add(part(shard, values));
        }
        parts.add(part(ShardId.SYSTEM, values));
        return new BackupManifest(
                Instant.parse(required(values, "at")),
                required(values, "epoch"),
                slots,
                parts,
                required(values, "integrity"),
                values.getOrDefault("key", ""),
                required(values, "mac"));
    }

    /// One after another, so that a number of shards that cannot be is met by the first that is missing.
    private static Iterable<ShardId> shards(Map<String, String> values) {
        String shards = required(values, "shards");
        if (Integer.parseInt(required(values, "format")) == DENSE) {
            int count = Integer.parseInt(shards);
            return () -> IntStream.range(0, count).mapToObj(ShardId::new).iterator();
        }
        SortedSet<ShardId> ids = new TreeSet<>();
        for (String shard : shards.split(",", -1)) {
            ids.add(new ShardId(Integer.parseInt(shard)));
        }
        return ids;
    }

    private static Part part(ShardId shard, Map<String, String> values) {
        String[] fields = required(values, "part." + shard).split(" ", -1);
        return new Part(
                shard, Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]), fields[3]);
    }

    private static String required(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            throw damaged("its manifest has no '" + key + "'");
        }
        return value;
    }

    @Override
    public String toString() {
        return "BackupManifest[at=" + at + ", epoch=" + epoch + ", key=***]";
    }

    private static String seal(String lines) {
        return HexFormat.of().formatHex(sha256().digest(lines.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// That a backup cannot be used, and what to do.
    ///
    /// @param how what is wrong with it
    public static MnemeException damaged(String how) {
        return new MnemeException(ErrorCode.INTEGRITY_VIOLATION, message(how));
    }

    private static String message(String how) {
        return "The backup cannot be used: " + how + ". Take another copy of it, or an earlier backup.";
    }
}
