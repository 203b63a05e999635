package dev.mneme.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Clients that try to take a server down, each in its own way, for a few seconds at a time and chosen from a seed.
///
/// **Threads**: one virtual thread for each client; any may ask for the counts.
final class HostileClients implements AutoCloseable {
    private static final String SMUGGLED =
            "POST /api/v1/memories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 42\r\n\r\n{\"userId\":\"smuggled\",\"text\":\"never asked\"}";
    private static final String UPGRADE =
            "GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    private static final List<String> NO_REQUESTS = List.of(
            "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: +39\r\n\r\n",
            "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n",
            "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "GET /health/live HTTP/1.0\r\n\r\n",
            "GET /health/live HTTP/1.1\r\nHost: x\r\nX: y\r\n folded\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001");

    /// The ways, in which a client takes what it can.
    private enum Way {
        IDLE(400, ""),
        HEADERS(300, "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(15_000)),
        CLAIMED(60, bodyOf(8_000_000, 1_000)),
        SMALL_BODIES(200, bodyOf(65_000, 64_000)),
        LARGE_BODIES(12, bodyOf(8_000_000, 6_000_000)),
        UNREAD(
                40,
                "GET /api/v1/memories?userId=large&limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\n\r\n"),
        KEYLESS_SOCKETS(300, UPGRADE + "\r\n"),
        MESSAGES(
                20,
                UPGRADE + "Authorization: Bearer KEY\r\n\r\n" + "\u0001\u00ff\u0000\u0000\u0000\u0000\u0000\u001f"
                        + "\u0000\u0000\u0000\u0000\u0000\u0000" + "a".repeat(2_000_000)),
        NO_REQUEST(40, null),
        RESET(
                20,
                "GET /api/v1/memories?userId=large&limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\n\r\n");

        private final int sockets;
        private final @org.jspecify.annotations.Nullable String says;

        Way(int sockets, @org.jspecify.annotations.Nullable String says) {
            this.sockets = sockets;
            this.says = says;
        }

        private static String bodyOf(int claimed, int sent) {
            return "POST /api/v1/memories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\nContent-Length: "
                    + claimed + "\r\n\r\n" + "a".repeat(sent);
        }
    }

    private final int port;
    private final String key;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong attacks = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final java.util.Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();

    /// @param key of the role `write`
    HostileClients(int port, String key, int clients, long seed) {
        this.port = port;
        this.key = key;
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed + i);
            threads.add(Thread.ofVirtual().start(() -> attack(random)));
        }
    }

    private void attack(Random random) {
        while (!over.get()) {
            Way way = Way.values()[random.nextInt(Way.values().length)];
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < way.sockets && !over.get(); i++) {
                    one(way, random, sockets);
                }
                ServerProcess.pause(java.time.Duration.ofMillis(200 + random.nextInt(3_000)));
            } finally {
                sockets.forEach(socket -> close(socket, way == Way.RESET));
            }
            attacks.incrementAndGet();
        }
    }

    private void one(Way way, Random random, List<Socket> sockets) {
        String says = way.says == null ? NO_REQUESTS.get(random.nextInt(NO_REQUESTS.size())) + SMUGGLED : way.says;
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            connections.incrementAndGet();
            sockets.add(socket);
            open.add(socket);
            byte[] bytes = says.replace("KEY", key).getBytes(StandardCharsets.ISO_8859_1);
            if (bytes.length > 100_000) { // a server that does not read must not hold this client up
                Thread.ofVirtual().start(() -> write(socket, bytes));
            } else {
                write(socket, bytes);
            }
        } catch (IOException sentAway) {
            ServerProcess.pause(java.time.Duration.ofMillis(5)); // as the server may
        }
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException cut) {
            return; // as the server may
        }
    }

    private void close(Socket socket, boolean reset) {
        open.remove(socket);
        try {
            if (reset && !socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            if (!socket.isClosed()) { // by the end of the soak meanwhile
                throw new UncheckedIOException(e);
            }
        }
    }

    long attacks() {
        return attacks.get();
    }

    long connections() {
        return connections.get();
    }

    @Override
    public void close() {
        over.set(true);
        open.forEach(socket -> close(socket, false));
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
