package dev.mneme.cli.imports;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Reads lines as bytes, with their numbers and where they begin. A line that is too long is not kept in memory.
///
/// **Threads**: one.
public final class LineFile implements AutoCloseable {
    private final InputStream in;
    private final int mostBytes;
    private long number;
    private long offset;

    /// A line without its line feed.
    ///
    /// @param number from 1
    /// @param offset where it begins, in bytes
    /// @param end where the next one begins
    /// @param whole false: it was too long, and `bytes` are its beginning
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Line(long number, long offset, long end, byte[] bytes, boolean whole) {
        boolean blank() {
            for (byte b : bytes) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    public LineFile(InputStream in, int mostBytes) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.mostBytes = mostBytes;
    }

    /// Goes on at the beginning of a line that was reached before.
    ///
    /// @param lines how many come before it
    void skipTo(long lines, long begin) throws IOException {
        in.skipNBytes(begin - offset);
        number = lines;
        offset = begin;
    }

    /// The next line; null at the end.
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        long begin = offset;
        long size = 0;
        int read;
        while ((read = in.read()) >= 0) {
            offset++;
            if (read == '\n') {
                return new Line(++number, begin, offset, bytes.toByteArray(), size <= mostBytes);
            }
            if (size++ < mostBytes) {
                bytes.write(read);
            }
        }
        return offset == begin ? null : new Line(++number, begin, offset, bytes.toByteArray(), size <= mostBytes);
    }

    /// How many bytes have been read.
    long offset() {
        return offset;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
