package dev.mneme.cli.imports;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Counts the bytes that are read of a file, and stops a single row that does not end, for example because of a quote
/// that is never closed.
///
/// **Threads**: one.
public final class CountedInput extends FilterInputStream {
    /// Bytes that readers of rows read ahead do not count as the row's.
    private static final long SLACK = 1 << 17;

    private long count;
    private long end = Long.MAX_VALUE;

    public CountedInput(InputStream in) {
        super(in);
    }

    /// A row is too long.
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /// From here on, about this many bytes may be read.
    void allow(long bytes) {
        end = count + bytes + SLACK;
    }

    /// How many bytes have been read.
    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        requireMore();
        int read = super.read();
        count += read < 0 ? 0 : 1;
        return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        requireMore();
        int read = super.read(bytes, offset, length);
        count += Math.max(0, read);
        return read;
    }

    private void requireMore() throws IOException {
        if (count >= end) {
            throw new TooLong();
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
