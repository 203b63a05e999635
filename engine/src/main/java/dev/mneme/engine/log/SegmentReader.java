package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Reads one segment file without believing it. Owned by one thread.
final class SegmentReader implements AutoCloseable {
    private static final int WINDOW = 1 << 20;

    private final Disk.File file;
    private final LogSeal seal;
    private final String name;
    private final long sequence;
    private final long size;
    private ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    private @Nullable LogFormat format;

    SegmentReader(Disk disk, long sequence, LogSeal seal) throws IOException {
        this.seal = seal;
        this.name = SegmentName.of(sequence);
        this.sequence = sequence;
        this.file = disk.open(name);
        this.size = file.size();
    }

    /// Hears the batches of a chain, in order.
    @FunctionalInterface
    interface Visitor {
        Visitor NONE = (offset, batch, bytes) -> true;

        /// @param bytes the whole batch from position 0; valid during the call
        /// @return false when the batch, though sound, cannot follow what came before: the chain ends before it
        boolean batch(long offset, BatchHeader batch, ByteBuffer bytes) throws IOException;
    }

    /// The batches that follow one another without damage.
    ///
    /// @param end where the chain ends
    /// @param nextBatch the sequence number that would follow
    /// @param claim the highest place that one of them calls durable; [LogPosition#START] without any
    record Chain(long end, long nextBatch, LogPosition claim) {
        /// The chain of a segment before its first batch.
        static Chain empty(SegmentHeader header) {
            return new Chain(header.length(), header.firstBatch(), LogPosition.START);
        }
    }

    String name() {
        return name;
    }

    long size() {
        return size;
    }

    /// The header; null when it is damaged or was never written.
    @Nullable
    SegmentHeader header() throws IOException {
        ByteBuffer begun = fill(0, (int) Math.min(size, SegmentHeader.BEGINNING));
        int length = SegmentHeader.lengthOf(begun, size);
        ByteBuffer head = length > begun.limit() ? fill(0, length) : begun;
        return SegmentHeader.decode(head, name, sequence, seal);
    }

    /// Batches of another format than this are none from now on.
    void expect(LogFormat only) {
        format = only;
    }

    /// Follows the batches after `from` to the first damage, or to `limit`.
    ///
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` at a batch with a good
    ///     checksum and a wrong MAC
    Chain follow(Chain from, long salt, long limit, Visitor visitor) throws IOException {
        long at = from.end();
        long next = from.nextBatch();
        LogPosition claim = from.claim();
        long bound = Math.min(limit, size);
        while (true) {
            BatchHeader batch = batchAt(at, bound, salt);
            if (batch != null && !seal.sound(buffer, batch.length())) {
                throw Refusals.forged(name, at);
            }
            if (batch == null || batch.sequence() != next || !visitor.batch(at, batch, buffer)) {
                return new Chain(at, next, claim);
            }
            claim = claim.max(batch.durable());
            at += batch.length();
            next++;
        }
    }

    /// The highest place that any sound batch of this segment at or after `from` calls durable. Damage may have
    /// hidden where batches begin, so every place where one could is tried.
    ///
    /// @param salt of the segment; null when its header is damaged, so that any salt is heard
    LogPosition highestClaim(long from, @Nullable Long salt) throws IOException {
        LogPosition claim = LogPosition.START;
        long at = from;
        while ((at = nextMagic(at)) >= 0) {
            BatchHeader batch = batchAt(at, size, salt);
            boolean ours = batch != null && seal.sound(buffer, batch.length()); // else a payload that looks like one
            claim = batch == null || !ours ? claim : claim.max(batch.durable());
            at += batch == null || !ours ? BatchHeader.ALIGNMENT : batch.length();
        }
        return claim;
    }

    /// The end of the last byte that is not zero, at least `from`.
    long endOfData(long from) throws IOException {
        long end = from;
        for (long at = from; at < size; at += WINDOW) {
            ByteBuffer window = fill(at, (int) Math.min(WINDOW, size - at));
            int last = window.limit();
            while (last > 0 && window.get(last - 1) == 0) {
                last--;
            }
            end = last > 0 ? at + last : end;
        }
        return end;
    }

    private long nextMagic(long from) throws IOException {
        long at = from + BatchHeader.ALIGNMENT - 1 & -BatchHeader.ALIGNMENT;
        while (at + BatchHeader.LENGTH <= size) {
            ByteBuffer window = fill(at, (int) Math.min(WINDOW, size - at));
            for (int in = 0; in + Integer.BYTES <= window.limit(); in += BatchHeader.ALIGNMENT) {
                if (window.getInt(in) == BatchHeader.MAGIC) {
                    return at + in;
                }
            }
            at += WINDOW;
        }
        return -1;
    }

    /// The sound batch of this segment at `at`, all of it in the buffer; null when there is none.
    private @Nullable BatchHeader batchAt(long at, long bound, @Nullable Long salt) throws IOException {
        if (bound - at < BatchHeader.LENGTH) {
            return null;
        }
        BatchHeader batch = BatchHeader.decode(fill(at, BatchHeader.LENGTH), bound - at);
        if (batch == null || batch.segment() != sequence || (salt != null && batch.salt() != salt)) {
            return null;
        }
        ByteBuffer bytes = fill(at, batch.length());
        if (!BatchHeader.sound(bytes, batch.length())) {
            return null;
        }
        LogFormat.refuseNewer(BatchHeader.version(bytes), name);
        return format != null && format.version() != BatchHeader.version(bytes) ? null : batch;
    }

    private ByteBuffer fill(long offset, int length) throws IOException {
        if (buffer.capacity() < length) {
            buffer = ByteBuffer.allocate(Math.max(length, 2 * buffer.capacity()));
        }
        buffer.clear().limit(length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("The file " + name + " ended at " + (offset + buffer.position())
                        + " while it was read: does another process write here?");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
