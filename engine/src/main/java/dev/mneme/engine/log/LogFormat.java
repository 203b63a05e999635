package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/// How the records of a segment name their shard: the one thing in which the two formats of a log's records
/// differ.
///
/// - **Format 2**, which is written: by its id.
/// - **Format 1**, which is read: by its place among a fixed number of shards, of which the last is the system's.
///
/// @param version 1 or 2
/// @param shards of format 1: how many there are
record LogFormat(short version, int shards) {
    /// What is written.
    static final LogFormat CURRENT = new LogFormat((short) 2, 0);

    private static final short POSITIONS = 1;
    private static final int POSITION_AT = 2;
    private static final int ID_AT = 28;

    static LogFormat ofPositions(int shards) {
        return new LogFormat(POSITIONS, shards);
    }

    /// The ids that stand for the places of format 1, in order.
    static List<ShardId> ids(int shards) {
        return IntStream.range(0, shards)
                .mapToObj(position -> position == shards - 1 ? ShardId.SYSTEM : new ShardId(position))
                .toList();
    }

    boolean isCurrent() {
        return version == CURRENT.version;
    }

    /// Whether the record at `at` names a shard that this format can name.
    boolean namesShard(ByteBuffer from, int at) {
        return isCurrent() ? from.getInt(at + ID_AT) >= -1 : position(from, at) < shards;
    }

    /// The id of the record's shard.
    int shard(ByteBuffer from, int at) {
        if (isCurrent()) {
            return from.getInt(at + ID_AT);
        }
        int position = position(from, at);
        return position == shards - 1 ? ShardId.SYSTEM.value() : position;
    }

    private static int position(ByteBuffer from, int at) {
        return Short.toUnsignedInt(from.getShort(at + POSITION_AT));
    }

    /// @throws MnemeException `INVALID_REQUEST` when a file is of a format that this version does not know
    static void refuseNewer(short version, String file) {
        if (version < POSITIONS || version > CURRENT.version) {
            throw MnemeException.invalid(
                    "format",
                    "The log file " + file + " has format version " + version + ", and this server reads versions "
                            + POSITIONS + " to " + CURRENT.version
                            + ": start the server version that wrote it, or a newer one.");
        }
    }
}
