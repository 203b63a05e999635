package dev.mneme.api.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/// Cuts a client that does not read what is written to it, and every client once the server stops.
/// Buffer what goes in: each write is one guard.
///
/// **Threads**: one writes, which may be another than the connection's, and no virtual one (an export's).
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
