package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Gives recovered entries back, shard by shard, until a shard begins to write. Thread-safe; a shard's replay
/// and its first proposal are ordered by the caller.
final class LogReplay {
    private final Disk disk;
    private final long[] lastIndexes;
    private final AtomicReferenceArray<@Nullable EntryTable> entries;
    private final AtomicReferenceArray<ShardTail.@Nullable Gap> gaps;

    LogReplay(Disk disk, List<ShardTail> tails) {
        this.disk = disk;
        this.lastIndexes = tails.stream().mapToLong(ShardTail::last).toArray();
        this.entries = new AtomicReferenceArray<>(tails.size());
        this.gaps = new AtomicReferenceArray<>(tails.size());
        for (int shard = 0; shard < tails.size(); shard++) {
            entries.set(shard, tails.get(shard).entries());
            gaps.set(shard, tails.get(shard).gap());
        }
    }

    /// The shard writes from now on: its table goes. Returns why it must not.
    @Nullable
    MnemeException beginWriting(int shard) {
        ShardTail.Gap gap = gaps.get(shard);
        if (gap != null) {
            return Refusals.violation(gap.damage());
        }
        if (entries.get(shard) != null) {
            entries.set(shard, null);
        }
        return null;
    }

    /// Replays what the shard has after `after`. A shard with a gap that `after` covers may write from then on.
    void replay(int shard, long after, CommitLog.Replay replay) {
        EntryTable table = entries.get(shard);
        if (table == null) {
            throw new IllegalStateException("Shard " + shard + " is replayed after its first proposal.");
        }
        ShardTail.Gap gap = gaps.get(shard);
        if (gap != null && after < gap.upTo()) {
            throw Refusals.violation(gap.damage());
        }
        checkHeld(shard, after, table);
        read(shard, after, table, replay);
        gaps.set(shard, null);
    }

    private void checkHeld(int shard, long after, EntryTable table) {
        if (after > lastIndexes[shard]) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "Shard " + shard + " has a checkpoint of entry " + after + ", but its log ends at entry "
                            + lastIndexes[shard] + ": the log's folder is older than the tables. Put back the log that"
                            + " belongs to them, or restore the data folder.");
        }
        if (after + 1 < table.first()) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "Shard " + shard + " needs its log from entry " + (after + 1)
                            + ", but the oldest file begins at entry "
                            + table.first() + ": the tables are older than the log, or log files are missing. Put back"
                            + " what is missing, or restore the data folder.");
        }
    }

    private void read(int shard, long after, EntryTable table, CommitLog.Replay replay) {
        long index = after + 1;
        while (index < table.next()) {
            long segment = table.place(index).segment();
            try (SegmentReader reader = open(segment)) {
                for (; index < table.next() && table.place(index).segment() == segment; index++) {
                    deliver(reader, shard, index, table.place(index), replay);
                }
            } catch (IOException failed) {
                throw new MnemeException(
                        ErrorCode.INTEGRITY_VIOLATION,
                        "The log cannot be read in file " + SegmentName.of(segment) + " (" + failed.getMessage()
                                + "): check the disk, or put the file back from a backup.",
                        failed);
            }
        }
    }

    private SegmentReader open(long segment) throws IOException {
        if (!disk.exists(SegmentName.of(segment))) {
            throw new IOException("it is gone since the log was opened");
        }
        return new SegmentReader(disk, segment, LogSeal.NONE);
    }

    private static void deliver(SegmentReader reader, int shard, long index, LogPosition at, CommitLog.Replay replay)
            throws IOException {
        LogRecord head = LogRecord.decode(reader.read(at.offset(), LogRecord.LENGTH), 0, Integer.MAX_VALUE);
        if (head != null
                && head.shard() == shard
                && head.index() == index
                && at.offset() + head.length() <= reader.size()) {
            ByteBuffer bytes = reader.read(at.offset(), head.length());
            if (head.sound(bytes, 0)) {
                byte[] payload = new byte[head.payloadLength()];
                bytes.get(LogRecord.LENGTH, payload);
                replay.entry(index, head.term(), payload);
                return;
            }
        }
        throw Refusals.violation(new RecoveryReport.Damage(
                reader.name(), at.offset(), "an entry reads otherwise than when the log was opened"));
    }
}
