package dev.mneme.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/// A WebSocket that remembers all that it was told.
final class Socket implements WebSocket.Listener, AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private volatile int closeCode;
    private final WebSocket socket;

    private Socket(Api api) {
        socket = api.http()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + api.secret())
                .buildAsync(URI.create(api.url().replaceFirst("^http", "ws") + "/sync"), this)
                .join();
    }

    static Socket open(Api api) {
        return new Socket(api);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            try {
                messages.add(Api.JSON.readTree(text.toString()));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
            text.setLength(0);
        }
        webSocket.request(1);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closeCode = statusCode;
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closeCode = 1006;
    }

    void send(String type, String payload) {
        socket.sendText("{\"id\":\"m\",\"type\":\"" + type + "\",\"timestamp\":1,\"payload\":" + payload + "}", true)
                .join();
    }

    /// Connects, and gives the answer.
    JsonNode connect(String payload) {
        until(() -> !ofType("connect").isEmpty()); // the welcome
        int before = ofType("connect").size();
        send("connect", payload);
        until(() -> ofType("connect").size() > before);
        return ofType("connect").get(before);
    }

    JsonNode follow(String user) {
        return connect("{\"userId\":\"" + user + "\",\"capabilities\":[\"memories\"]}");
    }

    List<JsonNode> all() {
        return messages;
    }

    List<JsonNode> ofType(String type) {
        return messages.stream()
                .filter(m -> m.path("type").asText().equals(type))
                .toList();
    }

    JsonNode await(String type) {
        until(() -> !ofType(type).isEmpty());
        return ofType(type).getFirst();
    }

    /// The texts of the memories that were told of, in order.
    List<String> texts() {
        return ofType("memory-update").stream()
                .map(m -> m.at("/payload/memory/text").asText())
                .toList();
    }

    int awaitClose() {
        until(() -> closeCode != 0);
        return closeCode;
    }

    static void until(Callable<Boolean> holds) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(holds);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
