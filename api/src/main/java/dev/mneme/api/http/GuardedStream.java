package dev.mneme.api.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/// The body of a long answer: a client that takes nothing for too long, or a server that stops, breaks it off.
final class GuardedStream extends OutputStream {
    private final OutputStream out;
    private final SlowPeerWatch watch;
    private final BooleanSupplier stopping;

    GuardedStream(OutputStream out, SlowPeerWatch watch, BooleanSupplier stopping) {
        this.out = out;
        this.watch = watch;
        this.stopping = stopping;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (stopping.getAsBoolean()) {
            throw new IOException("the server is stopping");
        }
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            out.write(bytes, from, length);
        }
    }

    @Override
    public void flush() throws IOException {
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            out.close();
        }
    }
}
