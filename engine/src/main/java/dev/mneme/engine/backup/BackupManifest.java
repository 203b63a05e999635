package dev.mneme.engine.backup;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a backup says of itself: the entry `manifest`, the last one of the file. Lines of `key=value` in
/// UTF-8:
///
/// ```text
/// format=1
/// at=<when the cut was taken>
/// epoch=<of the store that it was taken from>
/// shards=<n>
/// slots.<shard>=<first>-<last>,…        in hex
/// part.<shard>=<applied index> <rows> <bytes> <SHA-256 of its entry, in hex>      the system shard too
/// seal=<SHA-256 of all lines before, in hex>                                      the last line
/// ```
///
/// @param slots for each shard but the system's
/// @param parts one for each shard, the system's last
public record BackupManifest(Instant at, String epoch, List<String> slots, List<Part> parts) {
    /// The newest format that this version reads, and the one that it writes.
    public static final int FORMAT = 1;

    static final String SYSTEM = "system";

    private static final String SEAL = "seal=";

    public BackupManifest {
        slots = List.copyOf(slots);
        parts = List.copyOf(parts);
    }

    /// One shard's rows.
    ///
    /// @param bytes the length of its entry
    /// @param sha256 of its entry, in hex
    public record Part(String shard, long appliedIndex, long rows, long bytes, String sha256) {
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

    /// The log index of each shard, the system's last.
    public long[] appliedIndexes() {
        return parts.stream().mapToLong(Part::appliedIndex).toArray();
    }

    byte[] encode() {
        StringBuilder lines = new StringBuilder();
        lines.append("format=").append(FORMAT).append('\n');
        lines.append("at=").append(at).append('\n');
        lines.append("epoch=").append(epoch).append('\n');
        lines.append("shards=").append(slots.size()).append('\n');
        for (int shard = 0; shard < slots.size(); shard++) {
            lines.append("slots.")
                    .append(shard)
                    .append('=')
                    .append(slots.get(shard))
                    .append('\n');
        }
        parts.forEach(part -> lines.append("part.")
                .append(part.shard())
                .append('=')
                .append(part.appliedIndex() + " " + part.rows() + " " + part.bytes() + " " + part.sha256())
                .append('\n'));
        String seal = seal(lines.toString());
        lines.append(SEAL).append(seal).append('\n');
        return lines.toString().getBytes(StandardCharsets.UTF_8);
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
        int shards = Integer.parseInt(required(values, "shards"));
        List<String> slots = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            slots.add(required(values, "slots." + shard));
            parts.add(part(String.valueOf(shard), values));
        }
        parts.add(part(SYSTEM, values));
        return new BackupManifest(Instant.parse(required(values, "at")), required(values, "epoch"), slots, parts);
    }

    private static Part part(String shard, Map<String, String> values) {
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
