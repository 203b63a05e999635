package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What the log says of itself in its file `acknowledged`: the last batch of which callers were told. So
/// that recovery can tell a batch that was torn in the writing from one that was answered for and is gone.
///
/// It is written after a batch's fsync and before its answers, and not fsynced: a killed process leaves
/// it exact, in the page cache; after a power loss it may be older, or torn, and is then only a lower
/// bound. Opening and closing the log fsync it. Two records take turns; where one of them cannot be read, or does
/// not precede the other, the mark is a lower bound too:
///
/// ```text
///   0   8  magic "MNEMEACK"
///   8   8  number of this record: the higher one counts
///  16   8  number of the last batch with records that was answered for; 0: none
///  24   8  when, in milliseconds since 1970
///  32   4  1: the log is open, 2: it was closed
///  36   4  how many stops so far left it unknown whether something that was answered for is missing
///  40  16  the machine's boot in which it was written; zeros: not known
///  56   4  zero
///  60   4  CRC32C of [0, 60)
///  64  32  MAC of [0, 64); zeros without a key
/// ```
///
/// The second record begins at byte 512.
///
/// @param number of this record
/// @param batch the last one that was answered for
/// @param at when it was
/// @param closed whether the log was closed after it
/// @param uncertain how many stops left something unknown
/// @param boot of the machine; null: not known
/// @param whole whether the record before it is there too, so that nobody took one away that came after it
record LogMark(
        long number,
        long batch,
        Instant at,
        boolean closed,
        int uncertain,
        @Nullable UUID boot,
        boolean whole) {
    static final String FILE = "acknowledged";

    private static final long MAGIC = 0x4D4E454D4541434BL; // "MNEMEACK"
    private static final int CHECKED = 60;
    private static final int SEALED = 64;
    private static final int LENGTH = SEALED + LogSeal.MAC_LENGTH;
    private static final int SLOT = 512;
    private static final int OPEN = 1;
    private static final int CLOSED = 2;

    /// What the file says; null when there is none, or neither of its records can be read.
    static @Nullable LogMark read(Disk disk, LogSeal seal) throws IOException {
        if (!disk.exists(FILE)) {
            return null;
        }
        LogMark latest = null;
        LogMark other = null;
        try (Disk.File file = disk.open(FILE)) {
            for (int slot = 0; slot < 2; slot++) {
                ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
                long at = (long) slot * SLOT;
                int read = 0;
                while (read >= 0 && bytes.hasRemaining()) {
                    read = file.read(bytes, at + bytes.position());
                }
                LogMark mark = bytes.hasRemaining() ? null : decode(bytes, seal);
                boolean newer = mark != null && (latest == null || mark.number > latest.number);
                other = newer ? latest : mark;
                latest = newer ? mark : latest;
            }
        }
        boolean whole = latest != null && other != null && other.number == latest.number - 1;
        return latest == null || whole ? latest : latest.notWhole();
    }

    private LogMark notWhole() {
        return new LogMark(number, batch, at, closed, uncertain, boot, false);
    }

    private static @Nullable LogMark decode(ByteBuffer bytes, LogSeal seal) {
        byte[] mac = new byte[LogSeal.MAC_LENGTH];
        bytes.get(SEALED, mac);
        if (bytes.getLong(0) != MAGIC
                || bytes.getInt(CHECKED) != checksum(bytes)
                || !seal.sound(bytes.slice(0, SEALED), mac)) {
            return null;
        }
        UUID boot = new UUID(bytes.getLong(40), bytes.getLong(48));
        return new LogMark(
                bytes.getLong(8),
                bytes.getLong(16),
                Instant.ofEpochMilli(bytes.getLong(24)),
                bytes.getInt(32) == CLOSED,
                bytes.getInt(36),
                boot.equals(new UUID(0, 0)) ? null : boot,
                true);
    }

    /// Writes it into the file, in place of the older one of the two there. Not durable on return.
    void write(Disk.File file, LogSeal seal) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        bytes.putLong(MAGIC).putLong(number).putLong(batch).putLong(at.toEpochMilli());
        bytes.putInt(closed ? CLOSED : OPEN).putInt(uncertain);
        bytes.putLong(boot == null ? 0 : boot.getMostSignificantBits());
        bytes.putLong(boot == null ? 0 : boot.getLeastSignificantBits());
        bytes.putInt(CHECKED, checksum(bytes));
        bytes.put(SEALED, seal.mac(bytes.slice(0, SEALED)));
        bytes.clear();
        file.write(bytes, number % 2 * SLOT);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, CHECKED));
        return (int) crc.getValue();
    }

    private LogMark before() {
        return new LogMark(number - 1, batch, at, closed, uncertain, boot, true);
    }

    /// Writes the file anew with this mark, durably.
    static void put(Disk disk, LogSeal seal, LogMark mark) throws IOException {
        try (Disk.File file = disk.open(FILE)) {
            file.allocate(2L * SLOT);
            mark.before().write(file, seal);
            mark.write(file, seal);
            file.sync();
        }
        disk.syncFolder();
    }
}
