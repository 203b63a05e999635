package dev.mneme.api.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/// Cuts clients that do not read what is written to them, and every client once the server stops. Its input should be
/// buffered, since each write has a guard.
///
/// **Threads**: one writes. It may be another than the connection's, even a platform thread (that of an export).
final class WatchedOutput extends FilterOutputStream {
    private final SlowPeerWatch watch;
    private final BooleanSupplier stopping;
    private final Runnable cut;

    /// @param cut ends the connection
    WatchedOutput(OutputStream out, SlowPeerWatch watch, BooleanSupplier stopping, Runnable cut) {
        super(out);
        this.watch = watch;
        this.stopping = stopping;
        this.cut = cut;
    }

    @Override
    public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (stopping.getAsBoolean()) {
            throw new IOException("the server is stopping");
        }
        try (SlowPeerWatch.Guard _ = watch.guard(cut)) {
            out.write(bytes, offset, length);
        }
    }

    @Override
    public void flush() throws IOException {
        try (SlowPeerWatch.Guard _ = watch.guard(cut)) {
            out.flush();
        }
    }
}
