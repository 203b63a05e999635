package dev.mneme.inference.embed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mneme.testkit.HashingEmbedder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An embedding service on loopback that answers as OpenAI and Ollama do, with the vectors of a [HashingEmbedder];
/// first with the statuses it was told to.
final class StubModel implements AutoCloseable {
    /// What was asked, as it came.
    record Request(String path, String authorization, String model, List<String> inputs) {
        Request(String path, String authorization, String model, String input) {
            this(path, authorization, model, List.of(input));
        }

        String input() {
            return String.join("", inputs);
        }
    }

    final List<Request> requests = new CopyOnWriteArrayList<>();
    final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile String body = "";
    private final HashingEmbedder embedder = new HashingEmbedder(96);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    StubModel() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = read(exchange);
            requests.add(request);
            gate.await();
            Integer status = statuses.poll();
            byte[] bytes = text(request).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Retry-After", "3");
            exchange.sendResponseHeaders(status == null ? 200 : status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String text(Request request) {
        if (!body.isEmpty()) {
            return body;
        }
        List<String> vectors = request.inputs().stream()
                .map(input -> Arrays.toString(embedder.embed(input).vector()))
                .toList();
        if (request.path().equals("/api/embed")) {
            return "{\"model\":\"m\",\"embeddings\":[" + String.join(",", vectors) + "],\"total_duration\":1}";
        }
        List<String> data = new ArrayList<>();
        for (int i = vectors.size() - 1; i >= 0; i--) { // in any order: each says which one it is
            data.add("{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":" + vectors.get(i) + "}");
        }
        return "{\"object\":\"list\",\"data\":[" + String.join(",", data) + "]}";
    }

    private static Request read(HttpExchange exchange) throws IOException {
        String model = "";
        List<String> inputs = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(exchange.getRequestBody())) {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                model = field.equals("model") ? json.getText() : model;
                if (field.equals("input")) {
                    do {
                        inputs.add(json.isExpectedStartArrayToken() ? json.nextTextValue() : json.getText());
                    } while (json.getParsingContext().inArray() && json.nextToken() != JsonToken.END_ARRAY);
                }
            }
        }
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        return new Request(exchange.getRequestURI().getPath(), authorization, model, List.copyOf(inputs));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
