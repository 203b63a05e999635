package dev.mneme.api.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.wire.live.LivePayloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A WebSocket client that remembers all that it was told, and at its end holds every payload to the record of `wire`.
final class Client implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private volatile int closeCode;
    private final AtomicInteger protocolPings = new AtomicInteger();
    private final AtomicInteger protocolPongs = new AtomicInteger();
    private final WebSocket socket;

    private Client(String uri, Map<String, String> headers) {
        WebSocket.Builder builder = HTTP.newWebSocketBuilder();
        headers.forEach(builder::header);
        socket = builder.buildAsync(URI.create(uri), this).join();
    }

    static Client open(int port, String path, Map<String, String> headers) {
        return new Client("ws://127.0.0.1:" + port + path, headers);
    }

    /// With the key in the handshake.
    static Client open(int port, String secret) {
        return open(port, "/sync", Map.of("Authorization", "Bearer " + secret));
    }

    /// The HTTP status with which the handshake is refused.
    static int refusal(int port, String path, Map<String, String> headers) {
        try {
            open(port, path, headers).close();
            return 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof java.net.http.WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            try {
                messages.add(JSON.readTree(text.toString()));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
            text.setLength(0);
        }
        webSocket.request(1);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer message) {
        protocolPings.incrementAndGet();
        webSocket.request(1);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
        protocolPongs.incrementAndGet();
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

    int protocolPings() {
        return protocolPings.get();
    }

    int protocolPongs() {
        return protocolPongs.get();
    }

    int closeCode() {
        return closeCode;
    }

    int awaitClose() {
        Awaiting.until(() -> closeCode != 0);
        return closeCode;
    }

    List<JsonNode> messages() {
        return messages;
    }

    List<JsonNode> messages(String type) {
        return messages.stream()
                .filter(m -> m.path("type").asText().equals(type))
                .toList();
    }

    JsonNode await1(Predicate<JsonNode> wanted) {
        Awaiting.until(() -> messages.stream().anyMatch(wanted));
        return messages.stream().filter(wanted).findFirst().orElseThrow();
    }

    JsonNode await1(String type) {
        return await1(message -> message.path("type").asText().equals(type));
    }

    /// The latest of a type, once there are so many.
    JsonNode await(String type, int count) {
        Awaiting.until(() -> messages(type).size() >= count);
        return messages(type).get(count - 1);
    }

    void sendText(String message) {
        socket.sendText(message, true).join();
    }

    /// Sends, unless the other side has closed already.
    ///
    /// @return whether it was sent
    boolean trySendText(String message) {
        try {
            sendText(message);
            return true;
        } catch (CompletionException closed) {
            if (closed.getCause() instanceof IOException) {
                return false;
            }
            throw closed;
        }
    }

    void send(String type, @Nullable String userId, @Nullable String instanceId, ObjectNode payload) {
        ObjectNode message = JSON.createObjectNode();
        message.put("id", "m-" + type);
        message.put("type", type);
        message.put("userId", userId);
        message.put("instanceId", instanceId);
        message.put("timestamp", 1);
        message.set("payload", payload);
        sendText(message.toString());
    }

    static ObjectNode payload() {
        return JSON.createObjectNode();
    }

    /// A connect's payload for a user's memories.
    static ObjectNode memoriesOf(String user) {
        ObjectNode payload = payload().put("userId", user);
        payload.putArray("capabilities").add("memories");
        return payload;
    }

    /// Connects, and waits for the answer.
    JsonNode connect(ObjectNode payload) {
        await1("connect"); // the welcome
        int before = messages("connect").size();
        send("connect", null, null, payload);
        return await("connect", before + 1);
    }

    /// The texts of the memories that were told of, in order.
    List<String> texts() {
        return messages("memory-update").stream()
                .map(m -> m.path("payload").path("memory").path("text").asText())
                .toList();
    }

    WebSocket socket() {
        return socket;
    }

    @Override
    public void close() {
        socket.abort();
        messages.forEach(Client::assertAsDeclared);
    }

    /// The payload has the members that its record declares, and no others.
    private static void assertAsDeclared(JsonNode message) {
        Class<? extends Record> declared =
                LivePayloads.FROM_SERVER.get(message.path("type").asText());
        if (declared == null) { // a pong has whatever the ping had
            assertThat(message.path("type").asText()).isEqualTo("pong");
            return;
        }
        try {
            Object payload = JSON.treeToValue(message.path("payload"), declared);
            assertThat(JSON.readTree(JSON.writeValueAsString(payload))).isEqualTo(message.path("payload"));
        } catch (JsonProcessingException e) {
            throw new AssertionError(message + " is not as " + declared.getSimpleName() + " declares it", e);
        }
    }

    /// Waits with little delay.
    static final class Awaiting {
        private Awaiting() {}

        static void until(java.util.concurrent.Callable<Boolean> holds) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(5))
                    .until(holds);
        }
    }
}
