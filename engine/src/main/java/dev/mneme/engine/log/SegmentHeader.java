package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The head of a segment file `<sequence, 20 digits>.wal`. Big-endian; magic, version, length and checksum stay
/// where they are in every version, so that a newer file is told from a damaged one.
///
/// ```text
///   0   8  magic "MNEMEWAL"
///   8   2  format version: 2; see LogFormat
///  10   2  zero
///  12   4  length L of this header, a multiple of 64
///  16   4  CRC32C of [0, 16) and [20, L)
///  20   4  number of shards
///  24   8  sequence number of this segment, equal to the file's name
///  32   8  salt: random, repeated in each of its batches
///  40   8  sequence number of its first batch
///  48   8  end of the previous segment: what lies there at or above this offset is void
///  56   8  durable segment   \  everything below this place had been fsynced
///  64   8  durable offset    /  when this header was written
///  72   8  zero
///  80  32  MAC of the header with checksum and MAC zero; zeros without a key
/// 112      the shards, by their ids, as they stood before this segment; of each, zeros up to a multiple of 8:
///            0   4  id
///            4   4  length M of its members
///            8   8  index of its last entry
///           16   8  term of that entry
///           24   8  the first index that may still be needed
///           32   8  term of its vote
///           40   4  length V of whom it voted for
///           44   4  zero
///           48  V+M whom it voted for; its members
///   …      zeros to L
///   L      batches: see BatchHeader
/// ```
///
/// In **format 1**, which is read alone, there is no MAC and 16 bytes for each shard, in the order of their places,
/// from byte 80 on: index of its last entry, and term.
///
/// The salt is what keeps bytes of another life of a file, or of a caller's payload, from being taken for a
/// batch. Since a header says all of every shard but its entries, older segments can go.
///
/// @param format of its batches, and its own
/// @param sequence this segment's number, from 1
/// @param salt random
/// @param firstBatch sequence number of the first batch
/// @param previousEnd where the segment before this one ends, in bytes; 0 when there was none
/// @param durable below this everything had been fsynced
/// @param shards before this segment, by their ids
/// @param length in bytes
record SegmentHeader(
        LogFormat format,
        long sequence,
        long salt,
        long firstBatch,
        long previousEnd,
        LogPosition durable,
        List<ShardState> shards,
        int length) {
    /// Of so many bytes from the file's beginning, the format and the header's length can be told.
    static final int BEGINNING = 4 << 10;

    private static final long MAGIC = 0x4D4E454D4557414CL; // "MNEMEWAL"
    private static final int POSITIONS_FIXED = 80;
    private static final int MAC_AT = 80;
    private static final int FIXED = MAC_AT + LogSeal.MAC_LENGTH;
    private static final int CHECKSUM_AT = 16;

    /// One to be written.
    static SegmentHeader of(
            long sequence, long salt, long firstBatch, long previousEnd, LogPosition durable, List<ShardState> shards) {
        return new SegmentHeader(
                LogFormat.CURRENT, sequence, salt, firstBatch, previousEnd, durable, shards, length(shards));
    }

    /// How long a header of these shards is.
    static int length(List<ShardState> shards) {
        return length(shards.stream().mapToLong(ShardState::length).sum());
    }

    /// How long a header is whose shards take so many bytes.
    static int length(long shardBytes) {
        return BatchHeader.aligned(Math.toIntExact(FIXED + shardBytes));
    }

    /// The header's bytes, ready to be written.
    ByteBuffer encode(LogSeal seal) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        bytes.putLong(MAGIC).putShort(format.version()).putShort((short) 0).putInt(length);
        bytes.putInt(0).putInt(shards.size()).putLong(sequence).putLong(salt).putLong(firstBatch);
        bytes.putLong(previousEnd)
                .putLong(durable.segment())
                .putLong(durable.offset())
                .putLong(0);
        bytes.position(FIXED);
        shards.forEach(shard -> shard.encode(bytes));
        bytes.clear();
        bytes.put(MAC_AT, seal.mac(bytes));
        bytes.putInt(CHECKSUM_AT, checksum(bytes));
        return bytes;
    }

    /// Reads the first bytes of the segment `sequence`; null when they are no undamaged header of that segment.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when the header is sound, but of a newer format;
    ///     `INTEGRITY_VIOLATION` when it is sound, but for its MAC
    static @Nullable SegmentHeader decode(ByteBuffer bytes, String file, long sequence, LogSeal seal) {
        int length = lengthOf(bytes);
        if (length == 0) {
            return null;
        }
        ByteBuffer header = bytes.slice(0, length);
        if (header.getInt(CHECKSUM_AT) != checksum(header)) {
            return null;
        }
        short version = header.getShort(8);
        LogFormat.refuseNewer(version, file);
        boolean current = version == LogFormat.CURRENT.version();
        if (current && !isSealed(header, seal)) {
            throw Refusals.forged(file, 0);
        }
        SegmentHeader decoded = decode(header, current);
        return decoded != null && decoded.sequence == sequence ? decoded : null;
    }

    /// The length that the header in front of `bytes` has; 0 when there is none, or it is longer than they are.
    private static int lengthOf(ByteBuffer bytes) {
        if (bytes.limit() < POSITIONS_FIXED || bytes.getLong(0) != MAGIC) {
            return 0;
        }
        int length = bytes.getInt(12);
        return length < POSITIONS_FIXED || length > bytes.limit() ? 0 : length;
    }

    /// The format of a segment that begins like this, whose header was sound when the log was opened.
    static LogFormat formatOf(ByteBuffer begun, String file) throws IOException {
        if (begun.limit() < POSITIONS_FIXED || begun.getLong(0) != MAGIC) {
            throw new IOException("the header of " + file + " reads otherwise than when the log was opened");
        }
        short version = begun.getShort(8);
        LogFormat.refuseNewer(version, file);
        return version == LogFormat.CURRENT.version() ? LogFormat.CURRENT : LogFormat.ofPositions(begun.getInt(20));
    }

    /// How many bytes hold the header that begins like this; `begun` when that is all there can be.
    static int lengthOf(ByteBuffer begun, long room) {
        boolean ours = begun.limit() >= POSITIONS_FIXED && begun.getLong(0) == MAGIC;
        int length = ours ? begun.getInt(12) : 0;
        return length > begun.limit() && length <= room ? length : begun.limit();
    }

    private static boolean isSealed(ByteBuffer header, LogSeal seal) {
        byte[] mac = new byte[LogSeal.MAC_LENGTH];
        ByteBuffer zeroed =
                ByteBuffer.allocate(header.limit()).put(header.slice()).flip();
        zeroed.get(MAC_AT, mac);
        zeroed.putInt(CHECKSUM_AT, 0).put(MAC_AT, new byte[LogSeal.MAC_LENGTH]);
        return seal.sound(zeroed, mac);
    }

    private static @Nullable SegmentHeader decode(ByteBuffer header, boolean current) {
        int count = header.getInt(20);
        List<ShardState> shards;
        try {
            shards = current ? shards(header, count) : positions(header, count);
        } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException unsound) {
            return null; // a checksum fits one damage in four thousand million
        }
        return new SegmentHeader(
                current ? LogFormat.CURRENT : LogFormat.ofPositions(count),
                header.getLong(24),
                header.getLong(32),
                header.getLong(40),
                header.getLong(48),
                new LogPosition(header.getLong(56), header.getLong(64)),
                shards,
                header.limit());
    }

    private static List<ShardState> shards(ByteBuffer header, int count) {
        ByteBuffer from = header.duplicate().position(FIXED);
        List<ShardState> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add(ShardState.decode(from));
        }
        return List.copyOf(shards);
    }

    private static List<ShardState> positions(ByteBuffer header, int count) {
        ByteBuffer from = header.duplicate().position(POSITIONS_FIXED);
        List<ShardState> shards = new ArrayList<>();
        LogFormat.ids(count).forEach(id -> shards.add(ShardState.after(id.value(), from.getLong(), from.getLong())));
        return List.copyOf(shards);
    }

    private static int checksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CHECKSUM_AT));
        crc.update(header.slice(CHECKSUM_AT + 4, header.limit() - CHECKSUM_AT - 4));
        return (int) crc.getValue();
    }
}
