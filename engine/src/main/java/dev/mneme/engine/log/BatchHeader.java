package dev.mneme.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The head of a disk batch: what one write and one fsync carry, of any number of shards. Big-endian; batches
/// follow one another without a gap, each beginning at a multiple of 64.
///
/// ```text
///   0   4  magic "MNBT"
///   4   2  format version of its segment: 2; see LogFormat
///   6   2  zero
///   8   4  CRC32C of [0, 8) and [12, length)
///  12   4  length: this header, the records and zeros up to a multiple of 64
///  16   8  sequence number of its segment
///  24   8  salt of its segment
///  32   8  sequence number of this batch: 1, 2, 3 … through all segments
///  40   8  durable segment   \  everything below this place had been fsynced
///  48   8  durable offset    /  when this batch was written
///  56   4  number of records
///  60   4  bytes of records
///  64   4  id of the MAC's key; 0: no MAC
///  68   4  zero
///  72  32  MAC of the batch with checksum and MAC zero; zeros: no MAC
/// 104  24  zero
/// 128      records: see LogRecord
/// ```
///
/// The writer has one batch in flight: a batch is written after the fsync of the one before it returned. So a
/// sound batch proves that everything before it was durable, and says so in words that a reader can check.
///
/// @param length bytes from the header's first to the padding's last
/// @param segment the segment that it was written into
/// @param salt that segment's salt
/// @param sequence this batch's number
/// @param durable below this everything had been fsynced
/// @param records how many follow
/// @param recordBytes how long they are
record BatchHeader(
        int length, long segment, long salt, long sequence, LogPosition durable, int records, int recordBytes) {
    static final int LENGTH = 128;
    static final int ALIGNMENT = 64;
    static final int MAGIC = 0x4D4E4254; // "MNBT"

    static final int CHECKSUM_AT = 8;
    private static final int VERSION_AT = 4;

    static int aligned(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// How long a batch with so many bytes of records is.
    static int batchLength(int recordBytes) {
        return aligned(LENGTH + recordBytes);
    }

    /// Writes the header in front of the records that are already in `batch`, and MAC and checksum over all
    /// of it.
    ///
    /// @param batch position 0, limit `length`; its padding is zero
    void encode(ByteBuffer batch, LogSeal seal) {
        batch.putInt(0, MAGIC).putShort(VERSION_AT, LogFormat.CURRENT.version()).putShort(6, (short) 0);
        batch.putInt(12, length).putLong(16, segment).putLong(24, salt).putLong(32, sequence);
        batch.putLong(40, durable.segment()).putLong(48, durable.offset());
        batch.putInt(56, records).putInt(60, recordBytes);
        for (int at = 64; at < LENGTH; at += Long.BYTES) {
            batch.putLong(at, 0);
        }
        batch.putInt(CHECKSUM_AT, 0);
        seal.into(batch, length);
        batch.putInt(CHECKSUM_AT, checksum(batch.slice(0, length)));
    }

    /// Reads a header without believing it; null when it cannot be one.
    ///
    /// @param bytes at least 128 from position 0
    /// @param room bytes that its file holds from here on
    static @Nullable BatchHeader decode(ByteBuffer bytes, long room) {
        if (bytes.getInt(0) != MAGIC) {
            return null;
        }
        int length = bytes.getInt(12);
        int recordBytes = bytes.getInt(60);
        if (length < LENGTH || length > room || recordBytes < 0 || recordBytes > length - LENGTH) {
            return null;
        }
        return new BatchHeader(
                length,
                bytes.getLong(16),
                bytes.getLong(24),
                bytes.getLong(32),
                new LogPosition(bytes.getLong(40), bytes.getLong(48)),
                bytes.getInt(56),
                recordBytes);
    }

    /// The format that the batch says it has.
    static short version(ByteBuffer batch) {
        return batch.getShort(VERSION_AT);
    }

    /// Whether the whole batch is as it was written.
    static boolean sound(ByteBuffer batch, int length) {
        return batch.getInt(CHECKSUM_AT) == checksum(batch.slice(0, length));
    }

    private static int checksum(ByteBuffer batch) {
        CRC32C crc = new CRC32C();
        crc.update(batch.slice(0, CHECKSUM_AT));
        crc.update(batch.slice(CHECKSUM_AT + 4, batch.limit() - CHECKSUM_AT - 4));
        return (int) crc.getValue();
    }
}
