package dev.mneme.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The head of one record of a batch. Big-endian; records follow one another without a gap.
///
/// ```text
///   0   1  kind
///   1   3  zero; in format 1, bytes 2 and 3 are the shard's place, and 28 to 31 zero
///   4   4  length of the payload
///   8   8  index
///  16   8  term
///  24   4  CRC32C of [0, 24), [28, 32) and the payload; in format 1 of [0, 24) and the payload
///  28   4  id of the shard; 0xFFFFFFFF: the system's
///  32      payload
/// ```
///
/// | kind | | index | term | payload |
/// |---|---|---|---|---|
/// | 1 | an entry | its index | its term | its bytes |
/// | 2 | truncation: entries written before it, at or above its index, are void | the first void one | of the last
/// entry that stays | index of that entry; in format 1 nothing, since it is the one before |
/// | 3 | the shard is opened, empty | | | |
/// | 4 | the shard is dropped | | | |
/// | 5 | a vote | | the voter's | for whom, in UTF-8 |
/// | 6 | members | | | as they came |
/// | 7 | release: nobody needs what is below its index | the first that is needed | | |
/// | 8 | reset: all entries are void, and the log begins after its index | the new last index | its term | |
///
/// Format 1 has kinds 1 and 2 alone.
///
/// @param shard its id
record LogRecord(byte kind, int shard, int payloadLength, long index, long term) {
    static final int LENGTH = 32;
    static final byte ENTRY = 1;
    static final byte TRUNCATE = 2;
    static final byte OPEN = 3;
    static final byte DROP = 4;
    static final byte VOTE = 5;
    static final byte MEMBERS = 6;
    static final byte RELEASE = 7;
    static final byte RESET = 8;

    private static final int CHECKSUM_AT = 24;
    private static final int SHARD_AT = 28;

    int length() {
        return LENGTH + payloadLength;
    }

    /// Appends the record at the buffer's position; the payload is copied here, once.
    void encode(ByteBuffer into, byte[] payload) {
        int start = into.position();
        into.putInt(kind << 24).putInt(payloadLength).putLong(index).putLong(term);
        into.putInt(0).putInt(shard).put(payload);
        into.putInt(start + CHECKSUM_AT, checksum(into, start, payloadLength, LogFormat.CURRENT));
    }

    /// Reads the head at `at` and checks nothing but that it names a shard, and that it and its payload end before
    /// `end`; null when they do not.
    static @Nullable LogRecord decode(ByteBuffer from, int at, int end, LogFormat format) {
        if (end - at < LENGTH || !format.namesShard(from, at)) {
            return null;
        }
        LogRecord head = new LogRecord(
                from.get(at), format.shard(from, at), from.getInt(at + 4), from.getLong(at + 8), from.getLong(at + 16));
        return head.payloadLength < 0 || head.payloadLength > end - at - LENGTH ? null : head;
    }

    /// Whether the record at `at` is as it was written.
    boolean sound(ByteBuffer from, int at, LogFormat format) {
        return from.getInt(at + CHECKSUM_AT) == checksum(from, at, payloadLength, format);
    }

    /// Writes the head at `at` anew, in the current format. Its length stays.
    void rewrite(ByteBuffer batch, int at) {
        batch.putInt(at, kind << 24).putInt(at + SHARD_AT, shard);
        batch.putInt(at + CHECKSUM_AT, checksum(batch, at, payloadLength, LogFormat.CURRENT));
    }

    private static int checksum(ByteBuffer bytes, int at, int payloadLength, LogFormat format) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(at, CHECKSUM_AT));
        int from = format.isCurrent() ? SHARD_AT : LENGTH;
        crc.update(bytes.slice(at + from, LENGTH - from + payloadLength));
        return (int) crc.getValue();
    }
}
