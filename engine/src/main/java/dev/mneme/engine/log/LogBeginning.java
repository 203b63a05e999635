package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;

/// Makes the log of a folder whose tables came from elsewhere: it holds nothing, and goes on after given
/// indexes.
///
/// It is one segment of a header alone. Its number is 2, since only a log's very first segment may be
/// dropped for want of proof: see `Recovery`.
public final class LogBeginning {
    private static final int SEQUENCE = 2;

    private LogBeginning() {}

    /// Writes it, durably, into an empty folder.
    ///
    /// @param lastIndexes for each shard, the index before the log's first
    public static void write(Disk disk, long[] lastIndexes) throws IOException {
        long[] terms = new long[lastIndexes.length];
        Arrays.fill(terms, 1);
        int length = SegmentHeader.length(lastIndexes.length);
        SegmentHeader header = new SegmentHeader(
                SEQUENCE,
                new SecureRandom().nextLong(),
                1,
                0,
                new LogPosition(SEQUENCE, length),
                lastIndexes.clone(),
                terms);
        try (Disk.File file = disk.open(SegmentName.of(SEQUENCE))) {
            file.write(header.encode(), 0);
            file.sync();
        }
        disk.syncFolder();
    }
}
