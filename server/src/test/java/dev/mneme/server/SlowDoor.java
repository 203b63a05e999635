package dev.mneme.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands before a server and hands everything on, until it keeps the answer of one write to itself: then the write is
/// done, and whoever sent it does not know.
final class SlowDoor implements AutoCloseable {
    private static final List<String> HANDED_ON = List.of("Authorization", "Content-Type", "Idempotency-Key");

    private final String behind;
    private final AtomicInteger left;
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch hungUp = new CountDownLatch(1);
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer door;

    /// @param behind the server's address
    /// @param answers how many writes are answered
    SlowDoor(String behind, int answers) throws IOException {
        this.behind = behind;
        this.left = new AtomicInteger(answers);
        door = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        door.createContext("/", this::handOn);
        door.setExecutor(threads);
        door.start();
    }

    String url() {
        return "http://127.0.0.1:" + door.getAddress().getPort();
    }

    /// Returns when a write is done whose answer is kept.
    void awaitHeld() throws InterruptedException {
        if (!held.await(120, TimeUnit.SECONDS)) {
            throw new AssertionError("no write came that far");
        }
    }

    /// Breaks that connection.
    void hangUp() {
        hungUp.countDown();
    }

    private void handOn(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpResponse<byte[]> answer = client.send(request(exchange), HttpResponse.BodyHandlers.ofByteArray());
            if (exchange.getRequestMethod().equals("POST") && left.getAndDecrement() <= 0) {
                held.countDown();
                hungUp.await();
                return;
            }
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest request(HttpExchange exchange) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(behind + exchange.getRequestURI().toString()))
                .version(HttpClient.Version.HTTP_1_1)
                .method(
                        exchange.getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(
                                exchange.getRequestBody().readAllBytes()));
        for (String name : HANDED_ON) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        return request.build();
    }

    @Override
    public void close() {
        hangUp();
        door.stop(0);
        threads.shutdownNow();
        client.shutdownNow();
    }
}
