package dev.mneme.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Many WebSocket clients (RFC 6455) on one thread: each subscribes to a user's memories and gives its frames to a
/// listener. [#subscribe] may be called by any thread; everything else happens on the selector's.
final class LiveSockets implements AutoCloseable {
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final Selector selector = Selector.open();
    private final int port;
    private final List<String> keys;
    private final Listener listener;
    private final AtomicInteger subscribed = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final List<Socket> sockets = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    /// Hears of frames, on the selector's thread.
    interface Listener {
        /// @param frame a buffer in which the message's UTF-8 stands from `from` to before `to`, until this returns
        void received(Socket socket, byte[] frame, int from, int to);
    }

    /// One client.
    static final class Socket {
        private final SocketChannel channel;
        final String user;
        final int number;
        private byte[] buffer = new byte[2 << 10];
        private int limit;
        private boolean upgraded;
        private boolean welcomed;
        private boolean confirmed;
        private final String connect;

        private Socket(SocketChannel channel, String user, int number, String connect) {
            this.channel = channel;
            this.user = user;
            this.number = number;
            this.connect = connect;
        }
    }

    /// @param keys they take turns: one alone may not have all places
    LiveSockets(int port, List<String> keys, Listener listener) throws IOException {
        this.port = port;
        this.keys = keys;
        this.listener = listener;
        thread = Thread.ofPlatform().name("live-sockets").start(this::run);
    }

    /// Opens a client of `user` and asks for what comes, or for what came after `resumeFrom`.
    void subscribe(String user, int number, @Nullable String resumeFrom) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        String resume = resumeFrom == null ? "" : ",\"resumeFrom\":\"" + resumeFrom + "\"";
        String connect = "{\"id\":\"c\",\"type\":\"connect\",\"userId\":\"\",\"instanceId\":\"\",\"timestamp\":0,"
                + "\"payload\":{\"userId\":\"" + user + "\",\"capabilities\":[\"memories\"]" + resume + "}}";
        Socket socket = new Socket(channel, user, number, connect);
        sockets.add(socket);
        open.incrementAndGet();
        channel.write(ByteBuffer.wrap(("GET /sync HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + keys.get(sockets.size() % keys.size())
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, socket);
        selector.wakeup();
    }

    /// How many were told their position.
    int subscribed() {
        return subscribed.get();
    }

    /// How many are not closed.
    int open() {
        return open.get();
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(this::read, 100);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(SelectionKey key) {
        Socket socket = (Socket) key.attachment();
        try {
            ByteBuffer in = ByteBuffer.wrap(socket.buffer, socket.limit, socket.buffer.length - socket.limit);
            int count = socket.channel.read(in);
            if (count < 0) {
                drop(key, socket);
                return;
            }
            socket.limit += count;
            int used = take(socket);
            System.arraycopy(socket.buffer, used, socket.buffer, 0, socket.limit - used);
            socket.limit -= used;
            if (socket.limit == socket.buffer.length) {
                socket.buffer = Arrays.copyOf(socket.buffer, 2 * socket.buffer.length);
            }
        } catch (IOException e) {
            drop(key, socket);
        }
    }

    private void drop(SelectionKey key, Socket socket) {
        key.cancel();
        open.decrementAndGet();
        try {
            socket.channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Takes what is whole out of the buffer; returns how much that was.
    private int take(Socket socket) throws IOException {
        int used = 0;
        if (!socket.upgraded) {
            used = HttpFraming.bodyStart(socket.buffer, socket.limit);
            if (used < 0) {
                return 0;
            }
            if (HttpFraming.status(socket.buffer) != 101) {
                throw new IllegalStateException(
                        "no upgrade: " + new String(socket.buffer, 0, socket.limit, StandardCharsets.UTF_8));
            }
            socket.upgraded = true;
        }
        for (int end = frameEnd(socket, used); end >= 0; end = frameEnd(socket, used)) {
            frame(socket, used, end);
            used = end;
        }
        return used;
    }

    private static int headLength(byte[] buffer, int from) {
        int length = buffer[from + 1] & 0x7f;
        return length < 126 ? 2 : length == 126 ? 4 : 10;
    }

    /// Behind the frame that begins at `from`; -1 if it is not whole. The server's frames are not masked.
    private static int frameEnd(Socket socket, int from) {
        if (socket.limit - from < 2 || socket.limit - from < headLength(socket.buffer, from)) {
            return -1;
        }
        int head = headLength(socket.buffer, from);
        long length = socket.buffer[from + 1] & 0x7f;
        if (head > 2) {
            length = 0;
            for (int i = from + 2; i < from + head; i++) {
                length = (length << 8) | (socket.buffer[i] & 0xff);
            }
        }
        return length <= socket.limit - from - head ? (int) (from + head + length) : -1;
    }

    private void frame(Socket socket, int from, int end) throws IOException {
        int body = from + headLength(socket.buffer, from);
        switch (socket.buffer[from] & 0xf) {
            case TEXT -> text(socket, body, end);
            case PING -> send(socket.channel, PONG, Arrays.copyOfRange(socket.buffer, body, end));
            case CLOSE -> throw new IOException("the server closes a socket");
            default -> {} // a pong asks for nothing
        }
    }

    private void text(Socket socket, int from, int to) throws IOException {
        if (!socket.welcomed) {
            socket.welcomed = true;
            send(socket.channel, TEXT, socket.connect.getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (!socket.confirmed) {
            socket.confirmed = true;
            listener.received(socket, socket.buffer, from, to);
            subscribed.incrementAndGet();
            return;
        }
        listener.received(socket, socket.buffer, from, to);
    }

    /// A client's frame, masked with zeros.
    private static void send(SocketChannel channel, int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
        frame.put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        frame.putInt(0).put(payload).flip();
        while (frame.hasRemaining()) {
            channel.write(frame); // little is sent: the socket's buffer takes it
        }
    }

    /// Where `what` begins in the bytes from `from` to before `to`; -1 if nowhere.
    static int indexOf(byte[] bytes, int from, int to, byte[] what) {
        for (int i = from; i <= to - what.length; i++) {
            if (bytes[i] == what[0] && Arrays.equals(bytes, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        for (Socket socket : sockets) {
            socket.channel.close();
        }
        selector.close();
    }
}
