package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// A language model over HTTP with OpenAI's API that takes each message for a fact and each fact for new, so that
/// everything but the model is measured.
final class StubModel implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final AtomicLong calls = new AtomicLong();

    private StubModel(HttpServer server) {
        this.server = server;
    }

    static StubModel start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        StubModel model = new StubModel(server);
        server.createContext("/v1/chat/completions", model::answer);
        server.start();
        return model;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    long calls() {
        return calls.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            calls.incrementAndGet();
            JsonNode messages = JSON.readTree(exchange.getRequestBody()).path("messages");
            JsonNode data = JSON.readTree(
                    messages.get(messages.size() - 1).path("content").asText());
            ObjectNode answer = JSON.createObjectNode().put("object", "chat.completion");
            ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
            choice.put("finish_reason", "stop")
                    .putObject("message")
                    .put("role", "assistant")
                    .put("content", content(data));
            byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String content(JsonNode data) {
        ObjectNode content = JSON.createObjectNode();
        if (data.has("memories")) {
            content.putArray("decisions");
            return content.toString();
        }
        ArrayNode facts = content.putArray("facts");
        data.path("messages")
                .forEach(message -> facts.addObject()
                        .put("text", message.path("text").asText())
                        .put("message", message.path("number").asInt()));
        return content.toString();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
