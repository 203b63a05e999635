package dev.mneme.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The head of one record of a batch. Big-endian; records follow one another without a gap.
///
/// ```text
///   0   1  kind: 1 an entry, 2 a cut back
///   1   1  zero
///   2   2  shard (unsigned)
///   4   4  length of the payload; 0 for a cut back
///   8   8  index of the entry; of a cut back, the first index that it makes void
///  16   8  term
///  24   4  CRC32C of [0, 24) and the payload
///  28   4  zero
///  32      payload
/// ```
///
/// A **cut back** voids the entries of its shard at or above its index that were written before it: consensus
/// takes back what was never agreed (Raft §5.3). The shard goes on at that index, with the marker's term.
record LogRecord(byte kind, int shard, int payloadLength, long index, long term) {
    static final int LENGTH = 32;
    static final byte ENTRY = 1;
    static final byte CUT_BACK = 2;

    private static final int CHECKED = 24;

    int length() {
        return LENGTH + payloadLength;
    }

    /// Appends the record at the buffer's position; the payload is copied here, once.
    void encode(ByteBuffer into, byte[] payload) {
        int start = into.position();
        into.put(kind)
                .put((byte) 0)
                .putShort((short) shard)
                .putInt(payloadLength)
                .putLong(index)
                .putLong(term);
        into.putInt(0).putInt(0).put(payload);
        into.putInt(start + CHECKED, checksum(into, start, payloadLength));
    }

    /// Reads the head at `at` and checks nothing but that it and its payload end before `end`; null when they
    /// do not.
    static @Nullable LogRecord decode(ByteBuffer from, int at, int end) {
        if (end - at < LENGTH) {
            return null;
        }
        LogRecord head = new LogRecord(
                from.get(at),
                Short.toUnsignedInt(from.getShort(at + 2)),
                from.getInt(at + 4),
                from.getLong(at + 8),
                from.getLong(at + 16));
        return head.payloadLength < 0 || head.payloadLength > end - at - LENGTH ? null : head;
    }

    /// Whether the record at `at` is as it was written.
    boolean sound(ByteBuffer from, int at) {
        return from.getInt(at + CHECKED) == checksum(from, at, payloadLength);
    }

    private static int checksum(ByteBuffer bytes, int at, int payloadLength) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(at, CHECKED));
        crc.update(bytes.slice(at + LENGTH, payloadLength));
        return (int) crc.getValue();
    }
}
