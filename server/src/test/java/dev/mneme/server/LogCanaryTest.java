package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing that a memory says and no secret reaches the log, whatever is done and however much is logged; request ids
/// do, and `/metrics` counts what was done by names that say nothing of anybody.
@Timeout(120)
class LogCanaryTest {
    private static final String CANARY = "kanarienvogel";

    @TempDir
    Path home = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"json", "text"})
    void memoriesAndSecretsStayOutOfTheLogAndTheMetrics(String format) {
        try (ChildServer server =
                ChildServer.start(home.resolve("data"), "--logging.format", format, "--logging.level", "debug")) {
            Api admin = server.admin();
            Api key = admin.makeKey("write", "{\"users\":[\"ann\"]}");
            useEveryDoor(key);
            assertThat(admin.get("/api/v1/status", "X-Request-Id", "request-" + format)
                            .status())
                    .isEqualTo(200);
            Socket.until(() -> server.logged().contains("request-" + format));
            String metrics = admin.get("/metrics").raw().body();

            assertThat(server.logged()).doesNotContain(CANARY, key.secret(), admin.secret());
            assertThat(server.printed()).doesNotContain(CANARY, key.secret());
            assertThat(metrics).doesNotContain(CANARY, "ann", key.secret());
            assertThat(metrics)
                    .contains(
                            "mneme_http_requests_seconds_count{",
                            "mneme_log_fsync_seconds_count",
                            "mneme_log_batch_entries_count",
                            "mneme_shard_queue{",
                            "mneme_embed_seconds_count",
                            "mneme_live_connections",
                            "mneme_feed_lag_seconds_count")
                    .containsPattern("mneme_search_seconds_count [1-9]")
                    .containsPattern("mneme_feed_lag_seconds_count [1-9]")
                    .containsPattern("mneme_writes_total [1-9]")
                    .contains("route=\"/api/v1/memories/{id}\"");
        }
    }

    private static void useEveryDoor(Api key) {
        try (Socket socket = Socket.open(key);
                Events events = Events.open(key, "userId=ann")) {
            socket.follow("ann");
            String id = key.post(
                            Api.MEMORIES,
                            "{\"userId\":\"ann\",\"text\":\"" + CANARY + "\",\"metadata\":{\"" + CANARY + "\":\""
                                    + CANARY + "\"}}")
                    .id();
            key.patch(id, "{\"text\":\"" + CANARY + " again\"}");
            key.search("{\"query\":\"" + CANARY + "\",\"userId\":\"ann\"}");
            key.listWhere("{\"text\":{\"contains\":\"" + CANARY + "\"}}");
            key.post(Api.MEMORIES, "{\"userId\":\"ann\",\"text\":\"" + CANARY + "\",\"" + CANARY + "\":1}");
            key.post(Api.MEMORIES, "{\"text\":\"" + CANARY);
            key.get("/" + CANARY + "?token=" + key.secret());
            key.as("mk_" + CANARY).get("/api/v1/status");
            socket.send("connect", "{\"userId\":\"" + CANARY + "\"}");
            Socket.until(() -> socket.texts().size() == 2 && events.texts().size() == 2);
            key.post("/v3/memories/add/", "{\"messages\":\"" + CANARY + " thrice\",\"user_id\":\"ann\"}");
            key.post("/v3/memories/search/", "{\"query\":\"" + CANARY + "\",\"filters\":{\"user_id\":\"ann\"}}");
            key.post("/v3/memories/search/", "{\"query\":\"x\",\"filters\":{\"" + CANARY + "\":1}}");
            key.get("/v1/memories/" + CANARY + "/");
        }
        try (RawHttp byToken = new RawHttp(java.net.URI.create(key.url()).getPort())) {
            byToken.say(
                    "GET /sync?token=" + key.secret() + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(byToken.read(12)).isEqualTo("HTTP/1.1 101");
            byToken.reset();
        }
        try (RawHttp stream = new RawHttp(java.net.URI.create(key.url()).getPort())) {
            stream.say("GET /api/v1/changes?userId=ann&token=" + key.secret()
                    + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
            assertThat(stream.read(12)).isEqualTo("HTTP/1.1 200");
            stream.reset();
        }
    }
}
