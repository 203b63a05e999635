package dev.mneme.cli.imports;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Counts what is read of a file, and ends a single row that does not end itself: a quote that is never
/// closed, say.
///
/// **Threads**: one.
public final class CountedInput extends FilterInputStream {
    /// What is read ahead by those who read rows does not count as theirs.
    private static final long SLACK = 1 << 17;

    private long count;
    private long end = Long.MAX_VALUE;

    public CountedInput(InputStream in) {
        super(in);
    }

    /// A row goes on for too long.
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /// From here on, about as many bytes may be read.
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
