package dev.mneme.api.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Cuts a client that does not read what is written to it. Buffer what goes in: each write is one guard.
final class WatchedOutput extends FilterOutputStream {
    private final SlowPeerWatch watch;

    WatchedOutput(OutputStream out, SlowPeerWatch watch) {
        super(out);
        this.watch = watch;
    }

    @Override
    public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            out.write(bytes, offset, length);
        }
    }

    @Override
    public void flush() throws IOException {
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            out.flush();
        }
    }
}
