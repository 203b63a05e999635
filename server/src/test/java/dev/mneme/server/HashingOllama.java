package dev.mneme.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mneme.testkit.HashingEmbedder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An Ollama on loopback whose models are called `hashing-<dimension>`; it can be told to fail for one text.
final class HashingOllama implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private volatile String failing = "";

    HashingOllama() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Answers 503 for this text; for none, when it is empty.
    void failFor(String text) {
        failing = text;
    }

    static float[] vector(String model, String text) {
        int dimension = Integer.parseInt(model.substring(model.indexOf('-') + 1));
        try (HashingEmbedder embedder = new HashingEmbedder(dimension)) {
            return embedder.embed(text).vector();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = Api.JSON.readTree(exchange.getRequestBody());
            String input = request.path("input").asText();
            boolean fails = input.equals(failing);
            String vector = Arrays.toString(vector(request.path("model").asText(), input));
            byte[] body = (fails ? "{}" : "{\"embeddings\":[" + vector + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(fails ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
