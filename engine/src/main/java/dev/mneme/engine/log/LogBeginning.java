package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.ShardId;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Makes the log of a folder whose tables came from elsewhere: it holds nothing, and goes on after given
/// indexes.
///
/// It is one segment of a header alone. Its number is 2, since only a log's very first segment may be
/// dropped for want of proof: see `Recovery`.
public final class LogBeginning {
    private static final int SEQUENCE = 2;
    private static final long TERM = 1;

    private LogBeginning() {}

    /// Writes it, durably, into an empty folder.
    ///
    /// @param lastIndexes of each shard, the index before the log's first
    /// @param random gives the segment the number that its batches carry
    public static void write(Disk disk, SortedMap<ShardId, Long> lastIndexes, LogSeal seal, RandomGenerator random)
            throws IOException {
        List<ShardState> shards = lastIndexes.entrySet().stream()
                .map(shard -> ShardState.after(shard.getKey().value(), shard.getValue(), TERM))
                .toList();
        LogPosition durable = new LogPosition(SEQUENCE, SegmentHeader.length(shards));
        SegmentHeader header = SegmentHeader.of(SEQUENCE, random.nextLong(), 1, 0, durable, shards);
        try (Disk.File file = disk.open(SegmentName.of(SEQUENCE))) {
            file.write(header.encode(seal), 0);
            file.sync();
        }
        disk.syncFolder();
    }

    /// As above, for those who call shards by their places, the system's last.
    public static void write(Disk disk, long[] lastIndexes, LogSeal seal, RandomGenerator random) throws IOException {
        SortedMap<ShardId, Long> byId = new TreeMap<>();
        List<ShardId> ids = LogFormat.ids(lastIndexes.length);
        for (int i = 0; i < lastIndexes.length; i++) {
            byId.put(ids.get(i), lastIndexes[i]);
        }
        write(disk, byId, seal, random);
    }
}
