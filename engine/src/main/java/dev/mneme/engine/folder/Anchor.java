package dev.mneme.engine.folder;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A file, best on another disk, that says how far the data folder had come, so that an older copy of
/// the folder is not taken for it. Lines are appended and fsynced, never changed:
///
/// ```text
/// <epoch>@<id of the integrity key> <shard>/<log index>:<16 hex digits of the MAC of the shard's row> … one for each
/// shard that is here … <64 hex digits: MAC>
/// ```
///
/// (Earlier versions wrote no `@` and id, and no shard: the first was shard 0, and so on, the last the system's.) All
/// lines of the folder's epoch are read: none may be changed, none may say less of a shard than one before it, and the
/// folder must have come as far as each. Those at the beginning may be cut off; what a crash left of a line is skipped.
/// The folder must have every shard that the last line names: one that leaves is left out before it goes.
///
/// **The folder remembers** the line that it appended last, in its file `anchored`. So an anchor whose end was
/// cut off is noticed, and a folder that went on without its anchor, while that went on with another copy: at
/// most the one line that a crash came after may be new to the folder.
///
/// Used by one thread at a time.
public final class Anchor {
    static final String MEMORY = "anchored";
    private static final int MAC_DIGITS = 64;

    private final Path file;
    private final Path memory;
    private final String epoch;
    private final Seal seal;
    private final long everyNanos;
    private String written = "";
    private final LongSupplier nanos;
    private long appendedAt;

    /// @param folder the data folder
    /// @param nanos a ticker, as `System.nanoTime` is one
    public Anchor(Path file, Path folder, String epoch, Seal seal, Duration every, LongSupplier nanos) {
        this.nanos = nanos;
        this.appendedAt = nanos.getAsLong();
        this.file = file;
        this.memory = folder.resolve(MEMORY);
        this.epoch = epoch;
        this.seal = seal;
        this.everyNanos = every.toNanos();
    }

    /// How far a line says that the folder had come.
    private record Line(String text, SortedMap<ShardId, Place> shards) {}

    private record Place(long index, String mac) {}

    /// What of the file concerns this folder.
    private static final class Reading {
        private @Nullable Line last;
        private String otherEpoch = "";
        private int lines;
        private int sinceRemembered = -1;
    }

    /// Refuses a folder that is older than the file says, or another one; and a file that is not as the folder
    /// left it.
    ///
    /// @param lastIndex the last index that the log has for a shard
    /// @param expected whether the folder had an anchor before
    /// @throws MnemeException `INTEGRITY_VIOLATION`
    void check(SortedMap<ShardId, Tables> shards, ToLongFunction<ShardId> lastIndex, boolean expected) {
        String remembered = expected ? remembered() : "";
        Reading reading = read(remembered);
        Line last = reading.last;
        if (last == null && !reading.otherEpoch.isEmpty()) {
            throw refused("is of a data folder with the epoch " + reading.otherEpoch + ", and this one has " + epoch);
        }
        if (last == null) {
            if (expected) {
                throw refused("is missing or empty, and this data folder had one");
            }
            return;
        }
        last.shards().forEach((shard, place) -> check(shard, place, shards.get(shard), lastIndex));
        if (!remembered.isEmpty()) {
            compare(reading, last, line(remembered));
        }
        written = last.text;
        remember();
    }

    private void check(ShardId shard, Place place, @Nullable Tables rows, ToLongFunction<ShardId> lastIndex) {
        if (rows == null) {
            throw refused("says that this folder had shard " + shard
                    + ", which it does not have: it is an older copy, or another folder");
        }
        long index = place.index();
        if (lastIndex.applyAsLong(shard) < index) {
            throw refused("says that shard " + shard + " had come to log entry " + index + ", and this folder ends at "
                    + lastIndex.applyAsLong(shard) + ": it is an older copy, or the end of its log is gone");
        }
        if (rows.appliedIndex() == index && !place.mac().equals(rowMac(rows))) {
            throw refused("says otherwise of shard " + shard + " at log entry " + index
                    + ": this folder was an older copy, and was written to");
        }
    }

    private void compare(Reading reading, Line last, @Nullable Line remembered) {
        if (remembered == null) {
            throw refused(
                    "cannot be compared with what the folder remembers of it: its file " + MEMORY + " was changed");
        }
        if (below(last, remembered)) {
            throw refused("lacks lines at its end that this data folder had written");
        }
        int since = reading.sinceRemembered < 0 ? reading.lines : reading.sinceRemembered;
        if (since > 1) {
            throw refused("went on without this data folder: it is an older copy that was written to");
        }
    }

    /// Whether a line says less of some shard than another.
    private static boolean below(Line line, Line other) {
        return line.shards().entrySet().stream().anyMatch(each -> {
            Place place = other.shards().get(each.getKey());
            return place != null && each.getValue().index() < place.index();
        });
    }

    private Reading read(String remembered) {
        Reading reading = new Reading();
        if (!Files.exists(file)) {
            return reading;
        }
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                if (isWhole(text)) {
                    take(text, remembered, reading);
                }
            }
            return reading;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /// A crash may have left a part of a line, and what was appended later begins on the next. One that lacks its line
    /// end alone counts: it would later, when more follows it, and the folder must then know of it.
    private static boolean isWhole(String text) {
        return text.length() - text.lastIndexOf(' ') - 1 == MAC_DIGITS;
    }

    private void take(String text, String remembered, Reading reading) {
        String signed = text.substring(0, text.length() - MAC_DIGITS - 1);
        String head = signed.substring(0, Math.max(0, signed.indexOf(' ')));
        int at = head.indexOf('@');
        if (at >= 0 && !head.substring(at + 1).equals(seal.keyId())) {
            throw refused("is of a data folder that was sealed with the integrity key " + head.substring(at + 1)
                    + ", and this one says " + seal.keyId() + ": its key was replaced, or it is another folder");
        }
        if (!seal.textMac("anchor", signed).equals(text.substring(text.length() - MAC_DIGITS))) {
            throw refused("was changed, or is of a folder with another integrity key");
        }
        String ofEpoch = at < 0 ? head : head.substring(0, at);
        if (!ofEpoch.equals(epoch)) { // of the life before a restore
            if (reading.last != null) {
                throw refused("goes on with a data folder of the epoch " + ofEpoch + ", and this one has " + epoch);
            }
            reading.otherEpoch = ofEpoch;
            return;
        }
        Line line = line(signed);
        if (line == null) {
            throw refused("has a line that names shards in a way that this version does not know");
        }
        if (reading.last != null && below(line, reading.last)) {
            throw refused("has a line that says less than one before it: an old line was appended again");
        }
        reading.last = line;
        reading.lines++;
        if (line.text.equals(remembered)) {
            reading.sinceRemembered = 0;
        } else if (reading.sinceRemembered >= 0) {
            reading.sinceRemembered++;
        }
    }

    /// @return null when it is no line
    private static @Nullable Line line(String signed) {
        String[] words = signed.split(" ", -1);
        SortedMap<ShardId, Place> shards = new TreeMap<>();
        try {
            for (int i = 1; i < words.length; i++) {
                String word = words[i];
                int slash = word.indexOf('/');
                int colon = word.indexOf(':');
                ShardId shard =
                        slash < 0 ? ofPosition(i - 1, words.length - 1) : ShardId.named(word.substring(0, slash));
                long index = Long.parseLong(word.substring(slash + 1, colon));
                shards.put(shard, new Place(index, word.substring(colon + 1)));
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            System.getLogger(Anchor.class.getName()).log(System.Logger.Level.DEBUG, "This is no line of an anchor", e);
            return null;
        }
        return shards.isEmpty() ? null : new Line(signed, shards);
    }

    /// As earlier versions named them.
    private static ShardId ofPosition(int position, int shards) {
        return position == shards - 1 ? ShardId.SYSTEM : new ShardId(position);
    }

    private MnemeException refused(String how) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The anchor " + file + " " + how + ". Put the newest data folder, or its anchor, back. When this folder"
                        + " is meant to be used as it is, move the anchor aside and run mneme verify --accept anchor: a new"
                        + " one is then begun.");
    }

    /// The line that the folder wrote last, without its MAC; the empty string when it remembers none that is
    /// its own.
    private String remembered() {
        try {
            String text = Files.exists(memory)
                    ? Files.readString(memory, StandardCharsets.UTF_8).strip()
                    : "";
            int mac = text.lastIndexOf(' ');
            if (mac < 0 || !seal.textMac("anchored", text.substring(0, mac)).equals(text.substring(mac + 1))) {
                throw refused("cannot be compared with what the folder remembers of it: its file " + MEMORY
                        + " is missing, or was changed");
            }
            return text.substring(0, mac);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void remember() {
        Path draft = memory.resolveSibling(MEMORY + ".new");
        try {
            try (FileChannel channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                write(channel, written + " " + seal.textMac("anchored", written) + "\n");
            }
            Files.move(draft, memory, StandardCopyOption.ATOMIC_MOVE);
            Folders.sync(memory.resolveSibling("."));
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /// As [#append], unless that was done a short while ago.
    public void appendWhenDue(SortedMap<ShardId, Tables> shards) {
        if (nanos.getAsLong() - appendedAt >= everyNanos) {
            append(shards);
        }
    }

    /// Says how far the shards have come, when they have come further, or are others. Durable on return.
    public void append(SortedMap<ShardId, Tables> shards) {
        appendedAt = nanos.getAsLong();
        StringBuilder line = new StringBuilder(epoch).append('@').append(seal.keyId());
        shards.forEach((shard, tables) -> {
            try (Tables.Snapshot rows = tables.snapshot()) {
                byte[] row = rows.get(Keys.shard());
                line.append(' ')
                        .append(shard)
                        .append('/')
                        .append(Rows.Shard.decode(row).totals().logIndex())
                        .append(':')
                        .append(mac(row));
            }
        });
        String text = line.toString();
        if (text.equals(written)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            String begin = endsWithin() ? "\n" : "";
            write(channel, begin + text + " " + seal.textMac("anchor", text) + "\n");
        } catch (IOException e) {
            throw unusable(e);
        }
        written = text;
        remember();
    }

    private static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
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
