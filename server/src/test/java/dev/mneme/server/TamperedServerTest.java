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
        assertThat(api.get("/health/ready").raw().body()).contains("1 problems: some owners are refused");
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

    private String verify() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Verify.run(
                new ArrayList<>(List.of("--data", data.toString())),
                Map.of("HOME", data.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }
}
