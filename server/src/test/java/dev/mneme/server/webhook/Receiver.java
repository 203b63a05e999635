package dev.mneme.server.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;

/// Somebody whom webhooks call, on a port of its own; it remembers what it was sent.
public final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private volatile IntUnaryOperator status = n -> 200;

    /// @param id the delivery's
    /// @param status that it was answered with
    public record Delivery(String path, String id, String timestamp, String signature, String body, int status) {}

    public Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        int answered = status.applyAsInt(deliveries.size());
        deliveries.add(new Delivery(
                exchange.getRequestURI().toString(),
                header(exchange, "Mneme-Delivery"),
                header(exchange, "Mneme-Timestamp"),
                header(exchange, "Mneme-Signature"),
                new String(body, StandardCharsets.UTF_8),
                answered));
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        exchange.sendResponseHeaders(answered, -1);
        exchange.close();
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook?x=1";
    }

    /// Answers as this says, by how many deliveries came before.
    public void answers(IntUnaryOperator byCount) {
        status = byCount;
    }

    /// Everything that was sent, also what was not answered with 200.
    public List<Delivery> all() {
        return List.copyOf(deliveries);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
