package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Contexts over REST.
class ContextRoutesTest {
    private static final String THEME = "/api/v1/contexts/theme?userId=alice";

    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    private static String data(String json) {
        return "{\"data\":" + json + "}";
    }

    private static String merging(String json, long seen, String strategy) {
        return "{\"data\":" + json + ",\"expectedVersion\":" + seen + ",\"mergeStrategy\":\"" + strategy + "\"}";
    }

    private static List<String> keys(JsonNode list) {
        List<String> keys = new ArrayList<>();
        list.path("items")
                .forEach(context -> keys.add(context.path("contextKey").asText()));
        return keys;
    }

    @Test
    void isCreatedReadReplacedAndDeleted() {
        RestServer.Reply created = rest.put(
                "/api/v1/contexts/theme",
                "{\"userId\":\"alice\",\"data\":{\"a\":1},\"contextType\":\"mode\",\"mode\":\"didactic\",\"tags\":[\"x\",\"x\"]}",
                "Mneme-Instance",
                "desk");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("ETag")).isEqualTo("\"1\"");
        assertThat(created.body().path("event").asText()).isEqualTo("ADD");

        RestServer.Reply read = rest.get(THEME, "Mneme-Position", created.header("Mneme-Position"));
        assertThat(read.body()).isEqualTo(created.body().path("context"));
        assertThat(read.header("ETag")).isEqualTo("\"1\"");
        assertThat(read.body().path("createdBy").asText()).isEqualTo("desk");
        assertThat(read.body().path("tags").toString()).isEqualTo("[\"x\"]");
        assertThat(read.body().path("expiresAt").asText())
                .as("30 days from now")
                .startsWith("2026-01-31");

        RestServer.Reply replaced = rest.put(THEME, data("[1,\"two\",null]"));
        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.body().at("/context/data").toString()).isEqualTo("[1,\"two\",null]");
        assertThat(replaced.body().at("/context/contextType").asText()).isEqualTo("custom");
        assertThat(rest.put(THEME, data("[1,\"two\",null]"))
                        .body()
                        .path("event")
                        .asText())
                .isEqualTo("NONE");

        RestServer.Reply deleted = rest.delete(THEME);
        assertThat(deleted.body().path("version").asInt()).isEqualTo(3);
        assertThat(rest.get(THEME).code()).isEqualTo("not_found");
        assertThat(rest.delete(THEME).code()).isEqualTo("not_found");
        JsonNode versions =
                rest.get("/api/v1/contexts/theme/versions?userId=alice").body().path("versions");
        assertThat(versions.findValuesAsText("version")).containsExactly("1", "2", "3");
        assertThat(versions.findValuesAsText("deleted")).containsExactly("false", "false", "true");
        assertThat(rest.get("/api/v1/contexts/never/versions?userId=alice").code())
                .isEqualTo("not_found");
    }

    @Test
    void aConflictShowsWhatIsThereAndWhereEditsClash() {
        rest.put(THEME, data("{\"a\":1,\"b\":1}"));
        rest.put(THEME, data("{\"a\":2,\"b\":1}"));

        RestServer.Reply stale = rest.put(THEME, merging("{\"a\":9}", 1, "replace"));
        assertThat(stale.status()).isEqualTo(409);
        assertThat(stale.code()).isEqualTo("version_conflict");
        assertThat(stale.body().path("currentVersion").asInt()).isEqualTo(2);
        assertThat(stale.body().at("/current/data").toString()).isEqualTo("{\"a\":2,\"b\":1}");
        assertThat(stale.body().has("paths")).isFalse();

        RestServer.Reply clash = rest.put(THEME, merging("{\"a\":9,\"b\":1}", 1, "merge"));
        assertThat(clash.status()).isEqualTo(409);
        assertThat(clash.body().path("paths").toString()).isEqualTo("[\"/a\"]");
        assertThat(clash.body().at("/current/version").asInt()).isEqualTo(2);
        assertThat(rest.put(THEME, merging("{\"a\":1,\"b\":7}", 1, "merge"))
                        .body()
                        .at("/context/data")
                        .toString())
                .isEqualTo("{\"a\":2,\"b\":7}");
        RestServer.Reply ignored = rest.put(THEME, merging("{\"a\":9}", 1, "ignore"));
        assertThat(ignored.body().path("event").asText()).isEqualTo("NONE");
        assertThat(ignored.body().at("/context/version").asInt()).isEqualTo(3);

        assertThat(rest.put(THEME, data("{}"), "If-Match", "\"1\"").status()).isEqualTo(412);
        assertThat(rest.delete(THEME, "If-Match", "\"1\"").status()).isEqualTo(412);
        assertThat(rest.put(THEME, data("{}"), "If-Match", "\"0\"").status()).isEqualTo(412);
        RestServer.Reply gone = rest.put("/api/v1/contexts/gone?userId=alice", merging("{}", 4, "replace"));
        assertThat(gone.body().path("currentVersion").asInt(-1)).isZero();
        assertThat(gone.body().has("current")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge", "ignore"})
    void onlyWhoSaysWhatWasSeenMayMergeOrIgnore(String strategy) {
        RestServer.Reply reply = rest.put(THEME, "{\"data\":{},\"mergeStrategy\":\"" + strategy + "\"}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.field()).isEqualTo("expectedVersion");
    }

    @Test
    void aRepeatedRequestIsAnsweredAsTheFirst() {
        rest.put(THEME, data("{\"a\":1}"), "Idempotency-Key", "k");
        rest.put(THEME, data("{\"a\":2}"));

        RestServer.Reply again = rest.put(THEME, data("{\"a\":1}"), "Idempotency-Key", "k");

        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body().at("/context/version").asInt()).isEqualTo(1);
        assertThat(rest.get(THEME).header("ETag")).isEqualTo("\"2\"");
        assertThat(rest.put(THEME, data("{}"), "Idempotency-Key", "k").code()).isEqualTo("idempotency_key_reused");
    }

    @Test
    void whatHasExpiredAnswersAsWhatNeverWas() {
        rest.put(THEME, "{\"data\":{\"secret\":1},\"expiresAt\":\"2026-01-01T09:00:00Z\"}");
        assertThat(rest.get(THEME).status()).isEqualTo(200);
        rest.clock.advance(Duration.ofHours(2));

        String never = rest.get("/api/v1/contexts/never?userId=alice").comparable();
        assertThat(rest.get(THEME).comparable()).isEqualTo(never);
        assertThat(rest.get("/api/v1/contexts/theme/versions?userId=alice").comparable())
                .isEqualTo(never);
        assertThat(keys(rest.get("/api/v1/contexts?userId=alice").body())).isEmpty();
        assertThat(rest.delete(THEME).code()).isEqualTo("not_found");
        assertThat(rest.put(THEME, data("{}")).status()).isEqualTo(201);
        assertThat(rest.get("/api/v1/contexts/theme/versions?userId=alice")
                        .raw()
                        .body())
                .doesNotContain("secret");
    }

    @Test
    void listsByTypeTagAndModePageByPage() {
        rest.putContext("bob", "other", "x");
        for (String key : List.of("d", "a", "c", "b")) {
            rest.putContext("alice", key, "x");
        }
        rest.put(
                "/api/v1/contexts/chat?userId=alice",
                "{\"data\":{},\"contextType\":\"chat\",\"mode\":\"parallel\",\"tags\":[\"ui\"]}");

        JsonNode first = rest.get("/api/v1/contexts?userId=alice&limit=2").body();
        assertThat(keys(first)).containsExactly("a", "b");
        JsonNode second = rest.get("/api/v1/contexts?userId=alice&limit=3&cursor="
                        + first.path("nextCursor").asText())
                .body();
        assertThat(keys(second)).containsExactly("c", "chat", "d");
        assertThat(second.path("nextCursor").isNull()).isTrue();
        for (String by : List.of("type=chat", "tag=ui", "mode=parallel", "type=chat&tag=ui&mode=parallel")) {
            assertThat(keys(rest.get("/api/v1/contexts?userId=alice&" + by).body()))
                    .as(by)
                    .containsExactly("chat");
        }
        assertThat(keys(rest.get("/api/v1/contexts?userId=alice&type=mode").body()))
                .isEmpty();
        assertThat(rest.get("/api/v1/contexts?userId=alice&cursor=%25").field()).isEqualTo("cursor");
    }

    /// 200 contexts of 60 KiB are 12 MB: more than a page carries, whatever its limit.
    @Test
    void aPageOfLargeContextsEndsEarlyAndTheNextGoesOn() {
        String large = "x".repeat(60 << 10);
        for (int i = 0; i < 200; i++) {
            rest.putContext("alice", "key" + i, large);
        }
        List<String> all = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = rest.get("/api/v1/contexts?userId=alice&limit=1000" + cursor)
                    .body();
            all.addAll(keys(page));
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asText();
            pages++;
        } while (!cursor.isEmpty());

        assertThat(all).hasSize(200).doesNotHaveDuplicates().isSorted();
        assertThat(pages).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%2Fb",
                "a%5Cb",
                "%2E%2E%2Fetc",
                "versions",
                "x%2Fversions",
                "%C3%BC%20%F0%9F%91%8B",
                "%25",
                "a%3Fb%23c",
                "...",
                "+"
            })
    void anyKeyWorks(String encoded) {
        String path = "/api/v1/contexts/" + encoded + "?userId=alice";
        RestServer.Reply put = rest.put(path, data("{\"of\":\"" + encoded + "\"}"));

        assertThat(put.status()).isEqualTo(201);
        RestServer.Reply read = rest.get(path);
        assertThat(read.body().at("/data/of").asText()).isEqualTo(encoded);
        String key = java.net.URLDecoder.decode(encoded.replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(read.body().path("contextKey").asText()).isEqualTo(key);
        assertThat(rest.get("/api/v1/contexts/" + encoded + "/versions?userId=alice")
                        .status())
                .isEqualTo(200);
        assertThat(rest.delete(path).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"%2E, path", "%2e%2e, path", "a%00b, path", "a%0Ab, path", "%FF, path", "%E2%80%A8%C2%85, path"})
    void aKeyThatCannotBeIsRefused(String encoded, String field) {
        RestServer.Reply reply = rest.put("/api/v1/contexts/" + encoded + "?userId=alice", data("{}"));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.field()).isEqualTo(field);
    }

    @Test
    void whatIsTooLongIsRefused() {
        RestServer.Reply key = rest.put("/api/v1/contexts/" + "k".repeat(201) + "?userId=alice", data("{}"));
        assertThat(key.field()).isEqualTo("key");
        assertThat(rest.put("/api/v1/contexts/" + "k".repeat(200) + "?userId=alice", data("{}"))
                        .status())
                .isEqualTo(201);
        RestServer.Reply large = rest.put(THEME, data("\"" + "x".repeat(64 << 10) + "\""));
        assertThat(large.code()).isEqualTo("too_large");
        assertThat(large.field()).isEqualTo("data");
    }

    @Test
    void theUserIsNamedOnceOrAlike() {
        assertThat(rest.put("/api/v1/contexts/theme", data("{}")).field()).isEqualTo("userId");
        assertThat(rest.get("/api/v1/contexts/theme").field()).isEqualTo("userId");
        assertThat(rest.put(THEME, "{\"userId\":\"bob\",\"data\":{}}").field()).isEqualTo("userId");
        assertThat(rest.put(THEME, "{\"userId\":\"alice\",\"data\":{}}").status())
                .isEqualTo(201);
    }

    @Test
    void aKeyOfAnotherUserOrOfAnAgentSeesNothing() {
        rest.putContext("alice", "theme", "a secret");
        Map<OwnerKind, String> others = Map.of(OwnerKind.USER, "bob", OwnerKind.AGENT, "bot");
        others.forEach((kind, id) -> {
            String key = rest.key(Role.WRITE, new Restriction(Map.of(kind, Set.of(id))), null);
            for (String method : List.of("GET", "DELETE")) {
                String there = rest.send(key, method, THEME, null).comparable();
                assertThat(there).startsWith("403").doesNotContain("secret");
                assertThat(rest.send(key, method, THEME.replace("theme", "never"), null)
                                .comparable())
                        .isEqualTo(there);
            }
            assertThat(rest.send(key, "PUT", THEME, data("{}")).status()).isEqualTo(403);
        });
        assertThat(rest.get(THEME).raw().body()).contains("a secret");
    }
}
