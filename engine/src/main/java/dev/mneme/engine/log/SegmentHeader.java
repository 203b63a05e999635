package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The head of a segment file `<sequence, 20 digits>.wal`. Big-endian; magic, version, length and checksum stay
/// where they are in every version, so that a newer file is told from a damaged one.
///
/// ```text
///   0   8  magic "MNEMEWAL"
///   8   2  format version (1)
///  10   2  zero
///  12   4  length L of this header, a multiple of 64
///  16   4  CRC32C of [0, 16) and [20, L)
///  20   4  number of shards n
///  24   8  sequence number of this segment, equal to the file's name
///  32   8  salt: random, repeated in each of its batches
///  40   8  sequence number of its first batch
///  48   8  end of the previous segment: what lies there at or above this offset is void
///  56   8  durable segment   \  everything below this place had been fsynced
///  64   8  durable offset    /  when this header was written
///  72   8  zero
///  80 16n  per shard: index of its last entry, its term, before this segment
///   …      zeros to L
///   L      batches: see BatchHeader
/// ```
///
/// The salt is what keeps bytes of another life of a file, or of a caller's payload, from being taken for a
/// batch.
///
/// @param sequence this segment's number, from 1
/// @param salt random
/// @param firstBatch sequence number of the first batch
/// @param previousEnd where the segment before this one ends, in bytes; 0 when there was none
/// @param durable below this everything had been fsynced
/// @param lastIndexes per shard, before this segment
/// @param terms per shard, before this segment
@SuppressWarnings("ArrayRecordComponent") // never compared; the owner of the arrays is whoever made the record
record SegmentHeader(
        long sequence,
        long salt,
        long firstBatch,
        long previousEnd,
        LogPosition durable,
        long[] lastIndexes,
        long[] terms) {
    static final short VERSION = 1;

    private static final long MAGIC = 0x4D4E454D4557414CL; // "MNEMEWAL"
    private static final int FIXED = 80;
    private static final int PER_SHARD = 16;
    private static final int MAX_SHARDS = 65_535;
    private static final int CHECKSUM_AT = 16;

    static int length(int shards) {
        return BatchHeader.aligned(FIXED + PER_SHARD * shards);
    }

    /// The longest header that any log has.
    static int maxLength() {
        return length(MAX_SHARDS);
    }

    int length() {
        return length(lastIndexes.length);
    }

    /// The header's bytes, ready to be written.
    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(length());
        bytes.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(length());
        bytes.putInt(0)
                .putInt(lastIndexes.length)
                .putLong(sequence)
                .putLong(salt)
                .putLong(firstBatch);
        bytes.putLong(previousEnd)
                .putLong(durable.segment())
                .putLong(durable.offset())
                .putLong(0);
        for (int shard = 0; shard < lastIndexes.length; shard++) {
            bytes.putLong(lastIndexes[shard]).putLong(terms[shard]);
        }
        bytes.clear();
        bytes.putInt(CHECKSUM_AT, checksum(bytes));
        return bytes;
    }

    /// Reads the first bytes of the segment `sequence`; null when they are no undamaged header of that segment.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when the header is sound, but of a newer format or of a log
    ///     with another number of shards
    static @Nullable SegmentHeader decode(ByteBuffer bytes, String file, long sequence, int shards) {
        if (bytes.limit() < FIXED || bytes.getLong(0) != MAGIC) {
            return null;
        }
        int length = bytes.getInt(12);
        if (length < FIXED || length > bytes.limit()) {
            return null;
        }
        ByteBuffer header = bytes.slice(0, length);
        if (header.getInt(CHECKSUM_AT) != checksum(header)) {
            return null;
        }
        refuseNewer(header.getShort(8), file);
        refuseOtherShards(header.getInt(20), file, shards);
        SegmentHeader decoded = decode(header, shards);
        return decoded.sequence == sequence ? decoded : null;
    }

    private static SegmentHeader decode(ByteBuffer header, int shards) {
        long[] lastIndexes = new long[shards];
        long[] terms = new long[shards];
        for (int shard = 0; shard < shards; shard++) {
            lastIndexes[shard] = header.getLong(FIXED + PER_SHARD * shard);
            terms[shard] = header.getLong(FIXED + PER_SHARD * shard + 8);
        }
        return new SegmentHeader(
                header.getLong(24),
                header.getLong(32),
                header.getLong(40),
                header.getLong(48),
                new LogPosition(header.getLong(56), header.getLong(64)),
                lastIndexes,
                terms);
    }

    static void refuseNewer(short version, String file) {
        if (version != VERSION) {
            throw MnemeException.invalid(
                    "format",
                    "The log file " + file + " has format version " + version + ", and this server reads only version "
                            + VERSION + ": start the server version that wrote it, or a newer one.");
        }
    }

    private static void refuseOtherShards(int found, String file, int shards) {
        if (found != shards) {
            throw MnemeException.invalid(
                    "shards",
                    "The log file " + file + " is of a node with " + found + " shards, not " + shards
                            + ": start with the number of shards that the data folder was made with.");
        }
    }

    private static int checksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CHECKSUM_AT));
        crc.update(header.slice(CHECKSUM_AT + 4, header.limit() - CHECKSUM_AT - 4));
        return (int) crc.getValue();
    }
}
