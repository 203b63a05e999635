package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two whole servers on one MongoDB: what one was told the other shows, live, with the same key.
final class HubServerTest {
    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final MongoServer mongo = new MongoServer(new MemoryBackend());
    private String url = "";
    private String key = "";

    @BeforeEach
    void startMongo() {
        url = mongo.bindAndGetConnectionString();
    }

    @AfterEach
    void stopMongo() {
        mongo.shutdownNow();
    }

    private RunningServer server(String name) {
        return RunningServer.on(folder.resolve(name), "--hub.mongodbUrl", url);
    }

    private HttpResponse<String> call(RunningServer on, String method, String path, @Nullable String body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + on.port() + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void twoServersAreOne() throws Exception {
        try (RunningServer a = server("a");
                RunningServer b = server("b")) {
            key = Files.readString(folder.resolve("a/admin.key")).strip();
            List<String> heard = new CopyOnWriteArrayList<>();
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + b.port() + "/sync?token=" + key), new WebSocket.Listener() {
                                @Override
                                public @Nullable CompletionStage<?> onText(
                                        WebSocket from, CharSequence data, boolean last) {
                                    heard.add(data.toString());
                                    from.request(1);
                                    return null;
                                }
                            })
                    .join();
            socket.sendText(
                            "{\"type\":\"connect\",\"payload\":{\"userId\":\"alice\","
                                    + "\"capabilities\":[\"memories\"]}}",
                            true)
                    .join();
            await().until(() ->
                    heard.stream().filter(each -> each.contains("\"connect\"")).count() > 1);

            HttpResponse<String> added =
                    call(a, "POST", "/api/v1/memories", "{\"userId\":\"alice\",\"text\":\"Alice grows tomatoes.\"}");

            assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
            await().until(() -> heard.stream().anyMatch(each -> each.contains("tomatoes")));
            HttpResponse<String> found =
                    call(b, "POST", "/api/v1/memories/search", "{\"query\":\"tomatoes\",\"userId\":\"alice\"}");
            assertThat(found.body()).contains("Alice grows tomatoes.");
            HttpResponse<String> status = call(b, "POST", "/api/v1/distributed/get-status", "{}");
            assertThat(status.body()).contains("\"mongodb\":{\"enabled\":true,\"connected\":true,\"healthy\":true}");
            socket.abort();
        }
    }
}
