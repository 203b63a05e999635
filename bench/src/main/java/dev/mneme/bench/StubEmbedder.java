package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// An embedder over HTTP, as OpenAI's API has it, that costs next to nothing: a text's vector is random, and always the
/// same.
final class StubEmbedder implements AutoCloseable {
    static final int DIMENSION = 384;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;

    private StubEmbedder(HttpServer server) {
        this.server = server;
    }

    static StubEmbedder start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/embeddings", StubEmbedder::answer);
        server.start();
        return new StubEmbedder(server);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    static float[] vector(String text) {
        SplittableRandom random = new SplittableRandom(text.hashCode());
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = random.nextInt(-10_000, 10_000) / 10_000f;
        }
        return vector;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        JsonNode input = JSON.readTree(exchange.getRequestBody()).path("input");
        List<String> texts = new ArrayList<>();
        if (input.isArray()) {
            input.forEach(text -> texts.add(text.asText()));
        } else {
            texts.add(input.asText());
        }
        StringBuilder body = new StringBuilder("{\"object\":\"list\",\"model\":\"stub\",\"data\":[");
        for (int i = 0; i < texts.size(); i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"object\":\"embedding\",\"index\":")
                    .append(i)
                    .append(",\"embedding\":")
                    .append(Vectors.json(vector(texts.get(i))))
                    .append('}');
        }
        byte[] bytes = body.append("],\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}")
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /// How many texts a second it can give to that many clients.
    double ceiling(int clients) throws IOException {
        byte[] request = HttpConnection.post("/v1/embeddings", "none", "{\"model\":\"stub\",\"input\":\"a text\"}");
        AtomicLong count = new AtomicLong();
        long end = System.nanoTime() + 3_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            HttpConnection connection = new HttpConnection(server.getAddress().getPort(), "none");
            threads.add(Thread.ofVirtual().start(() -> {
                try (connection) {
                    while (System.nanoTime() < end) {
                        connection.exchange(request);
                        count.incrementAndGet();
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }));
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return count.get() / 3.0;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
