package dev.mneme.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/// Many connections driven by one thread, each with at most one request under way. Requests come encoded, answers are
/// only framed, so that a request costs the client a few microseconds. One thread.
final class LoadGenerator implements AutoCloseable {
    private static final int MAX_REQUEST = 64 << 10;

    private final Selector selector = Selector.open();
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final Workload workload;
    private int open;

    /// What is asked, and who hears the answers.
    interface Workload {
        /// Puts the next request into `target` and returns its length.
        int next(byte[] target, Connection connection);

        /// Whether there is a next one, for [#runToEnd].
        default boolean hasNext() {
            return true;
        }

        /// An answer came, `nanos` after its request was sent.
        void answered(Connection connection, int status, long nanos);
    }

    /// One connection.
    final class Connection {
        private final SocketChannel channel;
        private final byte[] request = new byte[MAX_REQUEST];
        private final byte[] response = new byte[MAX_REQUEST];
        private final ByteBuffer in = ByteBuffer.wrap(response);
        private long sentNanos;
        private int end = -1;

        /// Free for the workload: what the request under way is about.
        long about;

        private Connection(SocketChannel channel) {
            this.channel = channel;
        }

        /// The answer as text, for a message about one that was not expected.
        String text() {
            return new String(response, 0, in.position(), StandardCharsets.UTF_8);
        }

        private void send() throws IOException {
            ByteBuffer out = ByteBuffer.wrap(request, 0, workload.next(request, this));
            in.clear();
            end = -1;
            sentNanos = System.nanoTime();
            while (out.hasRemaining()) {
                channel.write(out); // the connection was idle: its buffer takes all of it
            }
        }

        /// Reads what is there; true when the answer is whole.
        private boolean receive() throws IOException {
            if (channel.read(in) < 0) {
                throw new IOException("the server closed a connection");
            }
            if (end < 0) {
                int bodyStart = HttpFraming.bodyStart(response, in.position());
                end = bodyStart < 0 ? -1 : bodyStart + HttpFraming.bodyLength(response, bodyStart);
            }
            return end >= 0 && in.position() >= end;
        }
    }

    LoadGenerator(int port, int connections, Workload workload) throws IOException {
        this.workload = workload;
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Connection connection = new Connection(channel);
            channel.register(selector, SelectionKey.OP_READ, connection);
            idle.add(connection);
            open++;
        }
    }

    /// Sends for `time`: as fast as answers come if `perSecond` is 0, else that many requests a second as long as a
    /// connection is free. Then waits up to 5 s for what is under way.
    ///
    /// @return how many connections broke
    int run(Duration time, double perSecond) throws IOException {
        int before = open;
        long start = System.nanoTime();
        long sent = 0;
        for (long now = start; now - start < time.toNanos() && open > 0; now = System.nanoTime()) {
            long due = perSecond == 0 ? Long.MAX_VALUE : (long) ((now - start) / 1e9 * perSecond);
            while (sent < due && !idle.isEmpty()) {
                send(idle.remove());
                sent++;
            }
            collect(1);
        }
        long giveUp = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (idle.size() < open && System.nanoTime() < giveUp) {
            collect(100);
        }
        return before - open;
    }

    /// Sends as fast as answers come, until it is over.
    void runUntil(BooleanSupplier over) throws IOException {
        Duration slice = Duration.ofMillis(200);
        while (!over.getAsBoolean() && open > 0) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < slice.toNanos()) {
                while (!idle.isEmpty()) {
                    send(idle.remove());
                }
                collect(1);
            }
        }
        run(Duration.ZERO, 0); // what is under way
    }

    /// Sends as fast as answers come until the workload has nothing more and all is answered.
    ///
    /// @throws IOException if a connection breaks
    void runToEnd() throws IOException {
        int connections = open;
        while (open == connections && (workload.hasNext() || idle.size() < open)) {
            while (!idle.isEmpty() && workload.hasNext()) {
                send(idle.remove());
            }
            collect(1);
        }
        if (open < connections) {
            throw new IOException("the server closed a connection");
        }
    }

    private void send(Connection connection) {
        try {
            connection.send();
        } catch (IOException e) {
            broke(connection);
        }
    }

    private void collect(long waitMillis) throws IOException {
        selector.select(
                key -> {
                    Connection connection = (Connection) key.attachment();
                    try {
                        if (connection.receive()) {
                            long nanos = System.nanoTime() - connection.sentNanos;
                            workload.answered(connection, HttpFraming.status(connection.response), nanos);
                            idle.add(connection);
                        }
                    } catch (IOException e) {
                        key.cancel();
                        broke(connection);
                    }
                },
                waitMillis);
    }

    private void broke(Connection connection) {
        open--;
        try {
            connection.channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("a socket cannot be closed", e);
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
