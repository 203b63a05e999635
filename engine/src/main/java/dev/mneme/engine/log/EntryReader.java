package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.Journal;
import dev.mneme.engine.log.RecoveryReport.Damage;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads entries whose places are known, through files of its own, so that it holds up nobody who writes. Used
/// once, by one thread.
final class EntryReader implements AutoCloseable {
    private static final int AHEAD = 64 << 10;
    private static final int WORTH_A_READ = 8 << 10;

    private final Disk disk;
    private final SegmentCatalog.Reading reading;
    private ByteBuffer window = ByteBuffer.allocate(AHEAD).limit(0);
    private LogFormat format = LogFormat.CURRENT;
    private Disk.File file;
    private long segment;
    private long size;
    private long windowAt;
    private int at;

    /// @param reading of at least one entry
    EntryReader(Disk disk, SegmentCatalog.Reading reading) throws IOException {
        this.disk = disk;
        this.reading = reading;
        this.segment = reading.places()[0].segment();
        this.file = open();
    }

    /// Gives entries until the next would be beyond `maxBytes`, at least one.
    ///
    /// @return where to go on
    static long read(Disk disk, SegmentCatalog.Reading reading, long maxBytes, Journal.Visitor visitor) {
        try (EntryReader reader = new EntryReader(disk, reading)) {
            return reader.read(maxBytes, visitor);
        } catch (IOException failed) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The log cannot be read (" + failed.getMessage()
                            + "): check the disk, or put the file back from a backup.",
                    failed);
        }
    }

    private long read(long maxBytes, Journal.Visitor visitor) throws IOException {
        long next = reading.indexes()[0];
        long left = maxBytes;
        for (int i = 0; i < reading.places().length; i++) {
            at = i;
            LogPosition place = reading.places()[i];
            if (place.segment() != segment) {
                file.close();
                segment = place.segment();
                file = open();
            }
            long index = reading.indexes()[i];
            LogRecord head = head(index, place);
            left -= head.payloadLength();
            if (i > 0 && left < 0) {
                return next;
            }
            byte[] entry = new byte[head.payloadLength()];
            fill(place.offset(), head.length()).get(LogRecord.LENGTH, entry);
            visitor.entry(index, head.term(), entry);
            next = index + 1;
        }
        return next;
    }

    private Disk.File open() throws IOException {
        String name = SegmentName.of(segment);
        if (!disk.exists(name)) {
            throw new IOException("the file " + name + " is gone since the log was opened");
        }
        Disk.File opened = disk.open(name);
        try {
            file = opened;
            size = opened.size();
            window.limit(0);
            ByteBuffer header = fill(0, (int) Math.min(size, SegmentHeader.BEGINNING));
            format = SegmentHeader.formatOf(header, name);
            return opened;
        } catch (IOException | RuntimeException failed) {
            opened.close();
            throw failed;
        }
    }

    private LogRecord head(long index, LogPosition place) throws IOException {
        if (place.offset() + LogRecord.LENGTH <= size) {
            LogRecord head = LogRecord.decode(fill(place.offset(), LogRecord.LENGTH), 0, Integer.MAX_VALUE, format);
            if (head != null
                    && head.kind() == LogRecord.ENTRY
                    && head.shard() == reading.shard()
                    && head.index() == index
                    && place.offset() + head.length() <= size
                    && head.sound(fill(place.offset(), head.length()), 0, format)) {
                return head;
            }
        }
        throw Refusals.violation(new Damage(
                SegmentName.of(segment), place.offset(), "an entry reads otherwise than when the log was opened"));
    }

    /// The file's bytes from `offset` on, from position 0; at least `length`, which the file holds.
    private ByteBuffer fill(long offset, int length) throws IOException {
        if (offset < windowAt || offset + length > windowAt + window.limit()) {
            if (window.capacity() < length) {
                window = ByteBuffer.allocate(Math.max(length, 2 * window.capacity()));
            }
            int wanted = Math.min(window.capacity(), Math.max(length, ahead()));
            window.clear().limit((int) Math.min(wanted, size - offset));
            while (window.position() < length) {
                if (file.read(window, offset + window.position()) < 0) {
                    throw new IOException("the file " + SegmentName.of(segment) + " ended at "
                            + (offset + window.position()) + " while it was read");
                }
            }
            window.flip();
            windowAt = offset;
        }
        int from = (int) (offset - windowAt);
        return window.slice(from, window.limit() - from);
    }

    /// How far to read from the entry that is due: over those that lie so near to one another that reading what is
    /// between them, of other shards, costs less than another read.
    private int ahead() {
        LogPosition[] places = reading.places();
        long begin = places[at].offset();
        long end = begin;
        for (int next = at + 1;
                next < places.length
                        && places[next].segment() == segment
                        && places[next].offset() - end <= WORTH_A_READ
                        && places[next].offset() - begin < AHEAD;
                next++) {
            end = places[next].offset();
        }
        return (int) (end - begin) + WORTH_A_READ;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
