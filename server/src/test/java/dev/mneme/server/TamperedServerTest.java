package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.RocksFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody edits a stopped server's tables: what its users and its operator see.
class TamperedServerTest {
    @TempDir
    Path data;

    private void edit(Owner owner) {
        List<String> names = new ArrayList<>();
        for (int shard = 0; shard < 16; shard++) {
            names.add(String.valueOf(shard));
        }
        names.add("system");
        try (RocksFolder folder = RocksFolder.open(data.resolve("tables"), names, 16 << 20)) {
            Tables tables = folder.tables(owner.slot() * 16 / Owner.SLOTS);
            Tables.Batch batch = new Tables.Batch();
            batch.appliedIndex(tables.appliedIndex());
            byte[] range = Keys.owned('m', owner.hash());
            try (Tables.Snapshot rows = tables.snapshot()) {
                rows.scan(range, Keys.end(range), (key, row) -> {
                    String text = new String(row, StandardCharsets.ISO_8859_1).replace("wednesday", "thursdays");
                    batch.put(key, text.getBytes(StandardCharsets.ISO_8859_1));
                    return true;
                });
            }
            tables.write(batch);
            tables.checkpoint();
        }
    }

    @Test
    void anEditIsRefusedReportedAndServedOnceAccepted() {
        try (RunningServer server = RunningServer.on(data)) {
            Api api = server.admin();
            String id = api.add("alice", "pay on wednesday")
                    .json()
                    .path("memory")
                    .path("id")
                    .asText();
            api.add("bob", "pay on wednesday");
            server.stop();
            edit(Owner.user("alice"));
            assertThat(verify()).contains("memory " + id + " of user alice was changed");
            server.startAgain();
            Api.Reply refused = api.get(Api.MEMORIES + "?userId=alice");
            assertThat(refused.status()).isEqualTo(500);
            assertThat(refused.code()).isEqualTo("integrity_violation");
            assertThat(refused.json().path("detail").asText()).contains(id);
            assertThat(api.add("alice", "more").code()).isEqualTo("integrity_violation");
            assertThat(api.get(Api.MEMORIES + "?userId=bob").texts()).containsExactly("pay on wednesday");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() ->
                            api.get("/api/v1/integrity").json().path("complete").asBoolean());
            assertThat(api.get("/api/v1/integrity").json().path("problems").toString())
                    .contains(id);
            assertThat(api.post("/api/v1/integrity/verify", "")
                            .json()
                            .path("problems")
                            .toString())
                    .contains(id);
            assertThat(api.get("/metrics").raw().body()).contains("mneme_integrity_problems 1");
            saysWhoIsLeftOut(api, server.port(), server.adminKey());
            assertThat(api.post("/api/v1/integrity/accept", "{\"owner\":{\"kind\":\"user\",\"id\":\"alice\"}}")
                            .status())
                    .isEqualTo(200);
            assertThat(api.get(Api.MEMORIES + "?userId=alice").texts()).containsExactly("pay on thursdays");
            assertThat(api.get("/api/v1/integrity").json().path("problems")).isEmpty();
        }
        assertThat(verify()).contains("Nothing is damaged.");
    }

    /// Lists, searches, entities and feeds of everybody; exports are refused before they begin.
    private static void saysWhoIsLeftOut(Api api, int port, String key) {
        String header = "Mneme-Owners-Left-Out";
        for (String path : List.of(Api.MEMORIES, "/api/v1/entities", "/api/v1/changes?scope=all")) {
            assertThat(api.get(path).raw().headers().firstValue(header))
                    .as(path)
                    .contains("1");
        }
        assertThat(api.post(Api.MEMORIES + "/search", "{\"query\":\"pay\"}")
                        .raw()
                        .headers()
                        .firstValue(header))
                .contains("1");
        assertThat(api.get(Api.MEMORIES + "?userId=bob").raw().headers().firstValue(header))
                .isEmpty();
        try (Socket everyone = Socket.open(api)) {
            assertThat(everyone.connect("{\"scope\":\"all\"}")
                            .at("/payload/ownersLeftOut")
                            .asInt())
                    .isEqualTo(1);
        }
        try (Socket bob = Socket.open(api)) {
            assertThat(bob.follow("bob").path("payload").has("ownersLeftOut")).isFalse();
        }
        String stream =
                " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nAuthorization: Bearer " + key + "\r\n\r\n";
        try (RawHttp raw = new RawHttp(port)) {
            assertThat(raw.say("GET /api/v1/changes?scope=all" + stream).head())
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase(header + ": 1\r\n");
        }
        try (RawHttp raw = new RawHttp(port)) {
            assertThat(raw.say("GET /api/v1/changes?userId=bob" + stream).head())
                    .startsWith("HTTP/1.1 200")
                    .doesNotContainIgnoringCase(header);
        }
        Api.Reply ready = api.get("/health/ready");
        assertThat(ready.status()).as("others are served").isEqualTo(200);
        assertThat(ready.raw().body())
                .contains("1 problems: some owners are refused")
                .doesNotContain("so far");
        assertThat(api.get("/api/v1/status")
                        .json()
                        .path("integrity")
                        .path("problems")
                        .asInt())
                .isEqualTo(1);
        for (String path : List.of("/api/v1/export", "/api/v1/export?userId=alice")) {
            try (RawHttp raw = new RawHttp(port)) {
                String refused = raw.say("GET " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key
                                + "\r\nConnection: close\r\n\r\n")
                        .rest();
                assertThat(refused).startsWith("HTTP/1.1 500").contains("integrity_violation");
            }
        }
        try (RawHttp raw = new RawHttp(port)) {
            String whole = raw.say("GET /api/v1/export?userId=bob HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key
                            + "\r\nConnection: close\r\n\r\n")
                    .rest();
            assertThat(whole).startsWith("HTTP/1.1 200").endsWith("\r\n0\r\n\r\n");
        }
    }

    /// Every answer of mem0's door that can lack an owner.
    @Test
    void mem0sDoorSaysWhoIsLeftOut() {
        try (RunningServer server = RunningServer.on(data)) {
            Api api = server.admin();
            for (String user : List.of("alice", "bob")) {
                add(api, user, "bot", "pay on wednesday");
            }
            add(api, "alice", "gone", "of alice alone");
            server.stop();
            edit(Owner.user("alice"));
            server.startAgain();
            assertThat(api.get("/v1/memories/?user_id=alice").status()).isEqualTo(500);
            String bot = "\"filters\":{\"agent_id\":\"bot\"}";
            for (String list : List.of("/v2/memories/", "/v3/memories/", "/v1/summary/", "/v1/exports/get/")) {
                leavesAliceOut(api.post(list, "{" + bot + "}"));
            }
            for (String search : List.of("/v3/memories/search/", "/v2/memories/search/")) {
                leavesAliceOut(api.post(search, "{\"query\":\"pay\"," + bot + "}"));
            }
            for (String search : List.of("/v1/memories/search/", "/search")) {
                leavesAliceOut(api.post(search, "{\"query\":\"pay\",\"agent_id\":\"bot\"}"));
            }
            for (String path : List.of(
                    "/v1/memories/?agent_id=bot",
                    "/v1/memories/agent/bot/",
                    "/memories",
                    "/v1/entities/",
                    "/entities",
                    "/v2/entities/agent/bot/",
                    "/v1/stats/",
                    "/v1/entities/filters/",
                    "/v1/memories/events/")) {
                leavesAliceOut(api.get(path));
            }
            for (String path : List.of("/v2/entities/user/alice/", "/v2/entities/agent/gone/")) {
                Api.Reply refused = api.get(path);
                assertThat(refused.status()).as(path).isEqualTo(500);
                assertThat(refused.json().path("detail").asText()).contains("changed from outside");
            }
            assertThat(api.get("/v2/entities/user/nobody/").status()).isEqualTo(404);
            for (String path : List.of(
                    "/v1/memories/?agent_id=gone",
                    "/memories?agent_id=gone",
                    "/v2/entities/agent/gone/",
                    "/entities/agent/gone")) {
                leavesAliceOut(api.delete(path));
            }
            for (String path : List.of("/v1/memories/?user_id=bob", "/v1/memories/?agent_id=nobody")) {
                assertThat(api.get(path).header("Mneme-Owners-Left-Out"))
                        .as(path)
                        .isNull();
            }
            assertThat(api.post("/v1/exports/get/", "{\"filters\":{\"agent_id\":\"nobody\"}}")
                            .header("Mneme-Owners-Left-Out"))
                    .as("an export that does not concern alice")
                    .isNull();
            leavesAliceOut(api.post("/reset", ""));
        }
    }

    private static void add(Api api, String user, String agent, String text) {
        String memory =
                Api.memory(text).put("userId", user).put("agentId", agent).toString();
        assertThat(api.post(Api.MEMORIES, memory).status()).isEqualTo(201);
    }

    private static void leavesAliceOut(Api.Reply reply) {
        assertThat(reply.status()).as("%s", reply.raw()).isEqualTo(200);
        assertThat(reply.header("Mneme-Owners-Left-Out")).as("%s", reply.raw()).isEqualTo("1");
        assertThat(reply.raw().body()).doesNotContain("thursdays");
    }

    private String verify() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Verify.run(
                new ArrayList<>(List.of("--data", data.toString())),
                Map.of("HOME", data.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }
}
