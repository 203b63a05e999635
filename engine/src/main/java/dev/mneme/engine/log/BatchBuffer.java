package dev.mneme.engine.log;

import java.nio.ByteBuffer;
import java.util.List;

/// The buffer in which a disk batch is put together: outside the heap, so that it goes to the disk without
/// another copy, and used again for each. Owned by the log's thread.
final class BatchBuffer {
    private static final byte[] PADDING = new byte[BatchHeader.ALIGNMENT];

    private final LogSeal seal;
    private ByteBuffer bytes = ByteBuffer.allocateDirect(256 << 10);

    BatchBuffer(LogSeal seal) {
        this.seal = seal;
    }

    /// The batch as it goes to the disk, valid until the next call.
    ByteBuffer encode(List<NumberedRecord> records, long segment, long salt, long sequence, LogPosition durable) {
        int recordBytes =
                records.stream().mapToInt(each -> each.head().length()).sum();
        int length = BatchHeader.batchLength(recordBytes);
        reserve(length);
        bytes.clear().position(BatchHeader.LENGTH);
        records.forEach(each -> each.head().encode(bytes, each.payload()));
        bytes.put(PADDING, 0, length - bytes.position());
        bytes.flip();
        new BatchHeader(length, segment, salt, sequence, durable, records.size(), recordBytes).encode(bytes, seal);
        return bytes;
    }

    private void reserve(int length) {
        if (bytes.capacity() < length) {
            bytes = ByteBuffer.allocateDirect(Math.max(length, 2 * bytes.capacity()));
        }
    }
}
