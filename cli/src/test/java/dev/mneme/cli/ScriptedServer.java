package dev.mneme.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// A server on loopback that answers what a test put down, in order, and remembers what it was asked.
final class ScriptedServer implements AutoCloseable {
    /// What it was asked. Absent headers are the empty string.
    record Asked(String method, String path, String body, String key, String idempotencyKey, String lastEventId) {}

    /// How it answers one request.
    @FunctionalInterface
    interface Reply {
        void send(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<Reply> script = new ArrayDeque<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Asked> asked() {
        return asked;
    }

    Asked last() {
        return asked.getLast();
    }

    synchronized ScriptedServer then(Reply reply) {
        script.add(reply);
        return this;
    }

    ScriptedServer json(int status, String body) {
        return then(exchange -> send(exchange, status, "application/json", body));
    }

    ScriptedServer problem(int status, String code, String more) {
        return then(exchange -> send(
                exchange,
                status,
                "application/problem+json",
                "{\"type\":\"about:blank\",\"status\":" + status + ",\"code\":\"" + code + "\"," + more + "}"));
    }

    /// The connection breaks before any answer.
    ScriptedServer hangUp() {
        return then(HttpExchange::close);
    }

    /// A stream of server-sent events that then ends.
    ScriptedServer events(String position, String... lines) {
        return then(exchange -> {
            if (!position.isEmpty()) {
                exchange.getResponseHeaders().add("Mneme-Position", position);
            }
            send(exchange, 200, "text/event-stream", String.join("\n", lines) + "\n");
        });
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    body,
                    header(exchange, "Authorization"),
                    header(exchange, "Idempotency-Key"),
                    header(exchange, "Last-Event-ID")));
            Reply reply = next();
            if (reply != null) {
                reply.send(exchange);
            }
        }
    }

    private synchronized @Nullable Reply next() {
        return script.poll();
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
