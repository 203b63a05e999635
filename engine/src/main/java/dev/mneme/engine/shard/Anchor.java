package dev.mneme.engine.shard;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A file, best on another disk, that says how far the data folder had come, so that an older copy of
/// the folder is not taken for it. Lines are appended and fsynced; only the last whole one counts, and
/// the others may be cut off.
///
/// ```text
/// <epoch> <log index>:<16 hex digits of the MAC of the shard's row> … one for each shard … <64 hex digits:
/// MAC>
/// ```
///
/// Used by one thread at a time.
final class Anchor {
    private final Path file;
    private final String epoch;
    private final Seal seal;
    private String written = "";

    Anchor(Path file, String epoch, Seal seal) {
        this.file = file;
        this.epoch = epoch;
        this.seal = seal;
    }

    /// Refuses a folder that is older than the file says, or another one.
    ///
    /// @param lastIndex the last index that the log has for a shard
    /// @throws MnemeException `INTEGRITY_VIOLATION`
    void check(List<Tables> shards, ToLongFunction<Integer> lastIndex) {
        String last = lastLine();
        if (last.isEmpty()) {
            return;
        }
        String[] words = words(last);
        if (!words[0].equals(epoch)) {
            throw refused("is of a data folder with the epoch " + words[0] + ", and this one has " + epoch);
        }
        if (words.length != shards.size() + 2) {
            throw refused("is of a data folder with " + (words.length - 2) + " shards");
        }
        for (int shard = 0; shard < shards.size(); shard++) {
            String[] place = words[shard + 1].split(":", -1);
            long index = Long.parseLong(place[0]);
            if (lastIndex.applyAsLong(shard) < index) {
                throw refused("says that shard " + shard + " had come to log entry " + index
                        + ", and this folder ends at " + lastIndex.applyAsLong(shard) + ": it is an older copy");
            }
            if (shards.get(shard).appliedIndex() == index && !place[1].equals(rowMac(shards.get(shard)))) {
                throw refused("says otherwise of shard " + shard + " at log entry " + index
                        + ": this folder was an older copy, and was written to");
            }
        }
    }

    private String[] words(String line) {
        int mac = line.lastIndexOf(' ');
        if (mac < 0 || !seal.textMac("anchor", line.substring(0, mac)).equals(line.substring(mac + 1))) {
            throw refused("was changed, or is of a folder with another integrity key");
        }
        return line.split(" ", -1);
    }

    private MnemeException refused(String how) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The anchor " + file + " " + how + ". Put the newest data folder back; or, when this one is meant to be"
                        + " used, move the anchor aside, so that a new one is begun.");
    }

    /// The last line that ends: a crash may have left a part of one.
    private String lastLine() {
        try {
            if (!Files.exists(file)) {
                return "";
            }
            String text = Files.readString(file, StandardCharsets.UTF_8);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1).stripTrailing();
            return whole.substring(whole.lastIndexOf('\n') + 1);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /// Says how far the shards have come, when they have come further. Durable on return.
    void append(List<Tables> shards) {
        StringBuilder line = new StringBuilder(epoch);
        for (Tables tables : shards) {
            try (Tables.Snapshot rows = tables.snapshot()) {
                byte[] row = rows.get(Keys.shard());
                line.append(' ')
                        .append(Rows.Shard.decode(row).totals().logIndex())
                        .append(':')
                        .append(mac(row));
            }
        }
        String text = line.toString();
        if (text.equals(written)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            String begin = endsWithin() ? "\n" : "";
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(begin + text + " " + seal.textMac("anchor", text) + "\n");
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
            written = text;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /// Whether a crash left a part of a line.
    private boolean endsWithin() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() == 0) {
                return false;
            }
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, channel.size() - 1);
            return last.get(0) != '\n';
        }
    }

    private static String rowMac(Tables tables) {
        return mac(tables.get(Keys.shard()));
    }

    private static String mac(byte @Nullable [] row) {
        return row == null ? "" : HexFormat.of().formatHex(row, Rows.MAC_AT, Rows.MAC_AT + 8);
    }

    private MnemeException unusable(IOException e) {
        return new MnemeException(
                ErrorCode.INVALID_REQUEST,
                "The anchor " + file + " cannot be used (" + e + "): mend its permissions, or name another file with"
                        + " --anchor.",
                e);
    }
}
