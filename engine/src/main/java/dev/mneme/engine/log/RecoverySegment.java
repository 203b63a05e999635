package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// The new segment into which recovery copies what may not be on the disk, exactly as long as that needs. The
/// order of its four fsyncs is explained at `Recovery`.
final class RecoverySegment {
    private final Disk disk;
    private final long previous;
    private final SegmentReader.Chain proven;
    private final long salt;
    private final List<ShardState> shards;
    private final LogSeal seal;

    /// @param previous sequence number of the segment that is copied from
    /// @param proven where that segment ends from now on
    /// @param shards as they stand there
    RecoverySegment(
            Disk disk, long previous, SegmentReader.Chain proven, long salt, List<ShardState> shards, LogSeal seal) {
        this.disk = disk;
        this.previous = previous;
        this.proven = proven;
        this.salt = salt;
        this.shards = shards;
        this.seal = seal;
    }

    /// A batch that was read, but may not be on the disk; in the current format.
    record Suspect(BatchHeader header, ByteBuffer bytes) {
        static Suspect copyOf(BatchHeader header, ByteBuffer bytes, LogFormat format) {
            ByteBuffer copy = ByteBuffer.allocate(header.length());
            copy.put(bytes.slice(0, header.length())).flip();
            if (!format.isCurrent()) {
                rewrite(header, copy, format);
            }
            return new Suspect(header, copy);
        }

        /// A record that cannot be read is left as it is: reading the copy back says so.
        private static void rewrite(BatchHeader header, ByteBuffer batch, LogFormat format) {
            int at = BatchHeader.LENGTH;
            int end = at + header.recordBytes();
            for (LogRecord head = LogRecord.decode(batch, at, end, format);
                    head != null && at < end;
                    head = LogRecord.decode(batch, at, end, format)) {
                head.rewrite(batch, at);
                at += head.length();
            }
        }
    }

    /// Returns when all of it is durable.
    SegmentHeader write(List<Suspect> suspects) throws IOException {
        int headerLength = SegmentHeader.length(shards);
        long end = headerLength
                + suspects.stream().mapToLong(each -> each.header().length()).sum();
        try (Disk.File file = disk.open(SegmentName.of(previous + 1))) {
            reserve(file, end + 2L * BatchHeader.LENGTH);
            writeBatches(file, suspects, headerLength);
            file.sync();
            disk.syncFolder();
            SegmentHeader header = header(end);
            file.write(header.encode(seal), 0);
            file.sync();
            long next = proven.nextBatch() + suspects.size();
            writeProof(file, end, next);
            file.sync();
            writeProof(file, end + BatchHeader.LENGTH, next + 1);
            file.sync();
            return header;
        }
    }

    private void reserve(Disk.File file, long bytes) throws IOException {
        try {
            file.allocate(bytes);
        } catch (IOException full) {
            throw new MnemeException(
                    ErrorCode.STORAGE_FULL,
                    "The log cannot be opened: " + bytes
                            + " bytes that may not be on the disk must be written again, and" + " there is no room ("
                            + full.getMessage() + "). Free some and start again.",
                    full);
        }
    }

    private void writeBatches(Disk.File file, List<Suspect> suspects, long from) throws IOException {
        long at = from;
        for (Suspect suspect : suspects) {
            BatchHeader was = suspect.header();
            LogPosition durable = new LogPosition(previous, proven.end());
            new BatchHeader(was.length(), previous + 1, salt, was.sequence(), durable, was.records(), was.recordBytes())
                    .encode(suspect.bytes(), seal);
            file.write(suspect.bytes(), at);
            at += was.length();
        }
    }

    private void writeProof(Disk.File file, long at, long sequence) throws IOException {
        ByteBuffer proof = ByteBuffer.allocate(BatchHeader.LENGTH);
        new BatchHeader(BatchHeader.LENGTH, previous + 1, salt, sequence, new LogPosition(previous + 1, at), 0, 0)
                .encode(proof, seal);
        file.write(proof, at);
    }

    private SegmentHeader header(long end) {
        LogPosition durable = new LogPosition(previous + 1, end);
        return SegmentHeader.of(previous + 1, salt, proven.nextBatch(), proven.end(), durable, shards);
    }
}
