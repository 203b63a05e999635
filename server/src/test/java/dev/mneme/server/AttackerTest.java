package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.server.Api.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holders of restricted keys try, to get at what is not theirs, through every door of a whole server.
class AttackerTest {
    private static final String SECRET = "the safe's code is zanzibar";
    private static final String MISSING = "0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a";

    @TempDir
    static Path data = Path.of("");

    private static RunningServer server;
    private static Api admin;
    private static Api mallory; // a user's key
    private static Api two; // of two users
    private static Api bot; // an agent's key
    private static String bobs; // a memory of bob's alone
    private static String bobsPosition;

    @BeforeAll
    static void start() {
        server = RunningServer.on(data);
        admin = server.admin();
        mallory = server.key("write", "{\"users\":[\"mallory\"]}");
        two = server.key("write", "{\"users\":[\"mallory\",\"carol\"]}");
        bot = server.key("write", "{\"agents\":[\"bot\"]}");
        bobs = admin.add("bob", SECRET).id();
        admin.post(
                Api.MEMORIES,
                Api.memory("bob likes tea")
                        .put("userId", "bob")
                        .put("agentId", "bot")
                        .toString());
        bobsPosition = String.valueOf(admin.list("userId=bob").header("Mneme-Position"));
        mallory.add("mallory", "mallory's own note");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void unharmed() {
        Reply reply = admin.get(Api.MEMORIES + "/" + bobs);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("text").asText()).isEqualTo(SECRET);
        assertThat(reply.json().path("version").asInt()).isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"userId\":\"bob\"}",
                "{\"OR\":[{\"userId\":\"bob\"},{\"userId\":\"mallory\"}]}",
                "{\"NOT\":{\"userId\":\"mallory\"}}",
                "{\"userId\":{\"ne\":\"mallory\"}}",
                "{\"userId\":{\"nin\":[\"mallory\"]}}",
                "{\"userId\":{\"in\":[\"mallory\",\"bob\"]}}",
                "{\"userId\":{\"exists\":true}}",
                "{\"userId\":{\"gte\":\"a\"}}",
                "{\"OR\":[{\"userId\":null},{\"NOT\":{\"userId\":null}}]}",
                "{\"NOT\":{\"AND\":[{\"userId\":\"mallory\"},{\"userId\":\"nobody\"}]}}",
                "{\"AND\":[]}",
                "{\"text\":{\"contains\":\"zanzibar\"}}",
                "{\"createdAt\":{\"gte\":\"2000-01-01\"}}",
            })
    void noFilterWidensWhatAKeySees(String filter) {
        for (Api key : List.of(mallory, two)) {
            assertNothingOfBob(key.listWhere(filter));
            assertNothingOfBob(key.search("{\"query\":\"zanzibar tea safe\",\"filter\":" + filter + "}"));
        }
        Reply bots = bot.listWhere(filter);
        assertThat(bots.raw().body()).doesNotContain("zanzibar");
        assertThat(bot.search("{\"query\":\"zanzibar\",\"filter\":" + filter + "}")
                        .raw()
                        .body())
                .doesNotContain("zanzibar");
    }

    private static void assertNothingOfBob(Reply reply) {
        assertThat(reply.raw().body())
                .doesNotContain("zanzibar")
                .doesNotContain("tea")
                .doesNotContain(bobs);
        if (reply.status() == 200) {
            assertThat(reply.json().path("position").asText()).isNotEqualTo(bobsPosition);
        } else {
            assertThat(reply.status()).isEqualTo(400);
        }
    }

    @Test
    void anotherOwnersPositionIsNotTold() {
        for (Api key : List.of(mallory, two, server.key("write", "{\"agents\":[\"x\",\"y\"]}"))) {
            for (Reply reply : List.of(
                    key.list("userId=bob"),
                    key.search("{\"query\":\"tea\",\"userId\":\"bob\"}"),
                    key.delete(Api.MEMORIES + "?userId=bob"))) {
                assertThat(reply.header("Mneme-Position")).isNotEqualTo(bobsPosition);
                assertThat(reply.raw().body()).doesNotContain(bobsPosition);
            }
        }
        Api agents = server.key("write", "{\"agents\":[\"x\",\"y\"]}");
        admin.post(Api.MEMORIES, Api.memory("z's").put("agentId", "z").toString());
        Reply reply = agents.search("{\"query\":\"tea\",\"userId\":null,\"agentId\":\"z\"}");
        assertThat(reply.header("Mneme-Position")).isNull();
        unharmed();
    }

    @Test
    void whatIsOfAnotherAnswersAsWhatIsMissing() {
        for (Api key : List.of(mallory, two, bot)) {
            assertSame(key.get(Api.MEMORIES + "/" + bobs), key.get(Api.MEMORIES + "/" + MISSING));
            assertSame(
                    key.get(Api.MEMORIES + "/" + bobs + "/history"),
                    key.get(Api.MEMORIES + "/" + MISSING + "/history"));
            assertSame(key.delete(Api.MEMORIES + "/" + bobs), key.delete(Api.MEMORIES + "/" + MISSING));
            for (String body : List.of(
                    "{\"text\":\"mine now\"}",
                    "{\"text\":\"mine now\",\"expectedVersion\":99}",
                    "{\"vector\":[1,2]}",
                    "{\"metadata\":{\"a\":1}}")) {
                assertSame(key.patch(bobs, body), key.patch(MISSING, body));
            }
            assertSame(
                    key.patch(bobs, "{\"text\":\"x\"}", "If-Match", "\"99\""),
                    key.patch(MISSING, "{\"text\":\"x\"}", "If-Match", "\"99\""));
            assertSame(
                    key.delete(Api.MEMORIES + "/" + bobs, "Idempotency-Key", "k"),
                    key.delete(Api.MEMORIES + "/" + MISSING, "Idempotency-Key", "k"));
            assertSame(
                    key.get(Api.MEMORIES + "/" + bobs, "Mneme-Position", bobsPosition),
                    key.get(Api.MEMORIES + "/" + MISSING, "Mneme-Position", bobsPosition));
        }
        unharmed();
    }

    /// Status, body and headers, but for what names the request.
    private static void assertSame(Reply others, Reply missing) {
        assertThat(others.status()).isEqualTo(404);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(withoutRequestId(others.json())).isEqualTo(withoutRequestId(missing.json()));
        assertThat(headers(others)).isEqualTo(headers(missing));
    }

    private static JsonNode withoutRequestId(JsonNode problem) {
        return ((com.fasterxml.jackson.databind.node.ObjectNode) problem.deepCopy()).without("requestId");
    }

    private static Map<String, List<String>> headers(Reply reply) {
        Map<String, List<String>> headers = new TreeMap<>(reply.raw().headers().map());
        headers.remove("x-request-id");
        headers.remove("date");
        return headers;
    }

    @Test
    void aDeletedMemorysHistoryStaysItsOwners() {
        String id = admin.add("bob", "zanzibar, deleted").id();
        assertThat(admin.delete(Api.MEMORIES + "/" + id).status()).isEqualTo(200);

        for (Api key : List.of(mallory, two, bot)) {
            assertSame(
                    key.get(Api.MEMORIES + "/" + id + "/history"), key.get(Api.MEMORIES + "/" + MISSING + "/history"));
            assertSame(
                    key.delete(Api.MEMORIES + "/" + id, "Idempotency-Key", "again"),
                    key.delete(Api.MEMORIES + "/" + MISSING, "Idempotency-Key", "again"));
        }
        assertThat(admin.get(Api.MEMORIES + "/" + id + "/history").texts()).contains("zanzibar, deleted");
    }

    @Test
    void nothingIsWrittenOrDeletedInAnothersName() {
        assertThat(mallory.add("bob", "planted").code()).isEqualTo("not_allowed");
        assertThat(bot.add("bob", "planted").code()).isEqualTo("not_allowed");
        Reply batch = mallory.post(
                Api.MEMORIES,
                "{\"userId\":\"bob\",\"items\":[{\"text\":\"planted\"},{\"text\":\"mallory 2\",\"userId\":\"mallory\"},"
                        + "{\"text\":\"planted\",\"userId\":\"bob\"},{\"text\":\"planted\",\"agentId\":\"bot\",\"userId\":null}]}");
        assertThat(batch.each("items", "error/code")).containsExactly("not_allowed", "", "not_allowed", "not_allowed");
        for (String query : List.of(
                "userId=bob",
                "filter=" + Api.encoded("{\"userId\":{\"ne\":\"mallory\"}}"),
                "filter=" + Api.encoded("{\"NOT\":{\"userId\":\"mallory\"}}"),
                "filter=" + Api.encoded("{\"text\":{\"contains\":\"zanzibar\"}}"))) {
            for (Api key : List.of(mallory, two)) {
                Reply reply = key.delete(Api.MEMORIES + "?" + query);
                assertThat(reply.json().path("deleted").asInt(-1)).isZero();
            }
        }
        unharmed();
        assertThat(admin.list("userId=bob").raw().body()).doesNotContain("planted");
    }

    @Test
    void onlyAnAdminOfTheWholeOwnerErases() {
        Api malloryAdmin = server.key("admin", "{\"users\":[\"mallory\"]}");
        Api botAdmin = server.key("admin", "{\"agents\":[\"bot\"]}");
        for (Api key : List.of(mallory, bot, malloryAdmin, botAdmin)) {
            Reply bobsOwn = key.delete(Api.MEMORIES + "?userId=bob&erase=true");
            Reply nobodys = key.delete(Api.MEMORIES + "?userId=nobody-at-all&erase=true");
            assertThat(bobsOwn.code()).isEqualTo("not_allowed");
            assertThat(withoutRequestId(bobsOwn.json())).isEqualTo(withoutRequestId(nobodys.json()));
        }
        unharmed();
    }

    @Test
    void entitiesAndCountsAreOfWhatTheKeySees() {
        assertThat(mallory.get("/api/v1/entities").each("items", "id")).containsExactly("mallory");
        assertThat(two.get("/api/v1/entities").each("items", "id")).doesNotContain("bob", "bot");
        Reply bots = bot.get("/api/v1/entities");
        assertThat(bots.each("items", "id")).containsExactlyInAnyOrder("bob", "bot");
        bots.json()
                .path("items")
                .forEach(item -> assertThat(item.path("memories").asInt()).isOne());
        Reply status = mallory.get("/api/v1/status");
        assertThat(status.json().has("memories")).isFalse();
        assertThat(status.json().has("owners")).isFalse();
        assertThat(status.json().has("shards")).isFalse();
    }

    @Test
    void metricsCountEverybodysDataAndSoNeedAKeyWithoutRestrictions() {
        assertThat(mallory.get("/metrics").status()).isEqualTo(403);
        assertThat(server.key("read", "").get("/metrics").status()).isEqualTo(200);
    }

    @Test
    void cursorsOfAnotherKeyOpenNothing() {
        admin.add("bob", "zanzibar, once more");
        for (String query : List.of("userId=bob&limit=1", "limit=1")) {
            String cursor = admin.list(query).json().path("nextCursor").asText();
            for (Api key : List.of(mallory, two, bot)) {
                Reply reply = key.list(query + "&cursor=" + Api.encoded(cursor));
                assertThat(reply.raw().body()).doesNotContain("zanzibar");
                assertThat(key.list("limit=1&cursor=" + Api.encoded(cursor))
                                .raw()
                                .body())
                        .doesNotContain("zanzibar");
            }
        }
        String entities =
                admin.get("/api/v1/entities?limit=1").json().path("nextCursor").asText();
        assertThat(mallory.get("/api/v1/entities?cursor=" + Api.encoded(entities))
                        .each("items", "id"))
                .doesNotContain("bob", "bot");
        unharmed();
    }

    @Test
    void changesAreOfTheKeysOwners() {
        for (String query : List.of(
                "userId=bob", "userId=bob&after=" + bobsPosition, "scope=all", "agentId=bot", "userId=nobody-at-all")) {
            for (String accept : List.of("application/json", "text/event-stream")) {
                Reply reply = mallory.get("/api/v1/changes?" + query, "Accept", accept);
                assertThat(reply.code()).as(query).isEqualTo("not_allowed");
            }
        }
        assertThat(withoutRequestId(mallory.get("/api/v1/changes?userId=bob").json()))
                .isEqualTo(withoutRequestId(
                        mallory.get("/api/v1/changes?userId=nobody-at-all").json()));
        assertThat(mallory.get("/api/v1/changes?userId=mallory&after=" + bobsPosition)
                        .status())
                .isEqualTo(400);
        assertThat(bot.get("/api/v1/changes?userId=bob").texts())
                .doesNotContain(SECRET)
                .contains("bob likes tea");
        assertThat(server.key("admin", "{\"users\":[\"mallory\"]}")
                        .get("/api/v1/changes?scope=all")
                        .code())
                .isEqualTo("not_allowed");
    }

    @Test
    void socketsFollowOnlyTheKeysOwners() {
        for (String whom : List.of(
                "\"userId\":\"bob\"",
                "\"userId\":\"bob\",\"resumeFrom\":\"" + bobsPosition + "\"",
                "\"scope\":\"all\"",
                "\"agentId\":\"bot\"")) {
            try (Socket socket = Socket.open(mallory)) {
                socket.send("connect", "{" + whom + ",\"capabilities\":[\"memories\",\"presence\"]}");
                assertThat(socket.await("error").at("/payload/code").asText()).isEqualTo("not_allowed");
                socket.send("state-request", "{\"include\":[\"presence\"]}");
                socket.await("state-response");
                admin.add("bob", "zanzibar, told live");
                mallory.add("mallory", "a marker " + System.nanoTime());
                assertThat(socket.all().toString()).doesNotContain("zanzibar").doesNotContain("bob");
            }
        }
    }

    @Test
    void anAgentsKeySeesNeitherTheOthersMemoriesNorWhoIsThere() {
        try (Socket bobsDesktop = Socket.open(admin);
                Socket socket = Socket.open(bot)) {
            bobsDesktop.connect("{\"userId\":\"bob\",\"instanceId\":\"bobs-desktop\",\"capabilities\":[\"presence\"]}");
            socket.connect("{\"userId\":\"bob\",\"capabilities\":[\"memories\",\"presence\"]}");
            admin.add("bob", "zanzibar, not for bots");
            admin.post(
                    Api.MEMORIES,
                    Api.memory("for bots")
                            .put("userId", "bob")
                            .put("agentId", "bot")
                            .toString());
            socket.send("state-request", "{\"include\":[\"presence\",\"contexts\",\"mode\",\"responses\"]}");
            socket.await("memory-update");
            socket.await("state-response");
            assertThat(socket.all().toString())
                    .contains("for bots")
                    .doesNotContain("zanzibar")
                    .doesNotContain("bobs-desktop");
        }
    }

    @Test
    void idempotencyKeysOfTwoKeysAreTwo() {
        Api first = server.key("write", "{\"users\":[\"dora\"]}");
        Api second = server.key("write", "{\"users\":[\"dora\"]}");
        String body = "{\"userId\":\"dora\",\"text\":\"dora's first\",\"dedupe\":false}";
        Reply one = first.post(Api.MEMORIES, body, "Idempotency-Key", "same");
        Reply other = second.post(Api.MEMORIES, body, "Idempotency-Key", "same");
        Reply different = second.post(Api.MEMORIES, body.replace("first", "other"), "Idempotency-Key", "same");

        assertThat(other.id()).isNotEqualTo(one.id());
        assertThat(other.header("Idempotency-Replayed")).isNull();
        assertThat(different.code()).isEqualTo("idempotency_key_reused");
    }

    @Test
    void nobodyPushesOutTheIdempotencyRecordsOfAnother(@TempDir Path own) throws Exception {
        try (RunningServer small = RunningServer.on(own, "--idempotency.maxKeys", "5")) {
            Api bob = small.key("write", "{\"users\":[\"bob\"]}");
            String body = "{\"userId\":\"bob\",\"text\":\"once\",\"dedupe\":false}";
            Reply once = bob.post(Api.MEMORIES, body, "Idempotency-Key", "mine");
            Api attacker = small.key("write", "{\"users\":[\"mallory\",\"carol\"]}");
            for (int i = 0; i < 20; i++) {
                attacker.delete(Api.MEMORIES + "?userId=bob", "Idempotency-Key", "flush-" + i);
            }
            assertThat(bob.post(Api.MEMORIES, body, "Idempotency-Key", "mine").id())
                    .isEqualTo(once.id());
        }
    }

    @Test
    void hiddenMemoriesOfTheSameEpisodeLendNoWords() {
        String scope = "\"userId\":\"erin\",\"runId\":\"r1\"";
        admin.post(Api.MEMORIES, "{" + scope + ",\"agentId\":\"bot\",\"role\":\"user\",\"text\":\"let us begin\"}");
        Reply before = bot.search("{\"query\":\"quagmire\",\"userId\":\"erin\",\"explain\":true}");
        admin.post(Api.MEMORIES, "{" + scope + ",\"role\":\"assistant\",\"text\":\"quagmire quagmire\"}");
        Reply after = bot.search("{\"query\":\"quagmire\",\"userId\":\"erin\",\"explain\":true}");

        assertThat(after.json().path("results")).isEqualTo(before.json().path("results"));
    }

    @Test
    void aReadersKeyWritesNothingAndAWritersMakesNoKeys() {
        Api reader = server.key("read", "{\"users\":[\"bob\"]}");
        assertThat(reader.add("bob", "planted").code()).isEqualTo("not_allowed");
        assertThat(reader.patch(bobs, "{\"text\":\"planted\"}").code()).isEqualTo("not_allowed");
        assertThat(reader.delete(Api.MEMORIES + "/" + bobs).code()).isEqualTo("not_allowed");
        assertThat(reader.delete(Api.MEMORIES + "?userId=bob").code()).isEqualTo("not_allowed");
        Api restrictedAdmin = server.key("admin", "{\"users\":[\"mallory\"]}");
        for (Api key : List.of(reader, mallory, restrictedAdmin)) {
            assertThat(key.get("/api/v1/keys").code()).isEqualTo("not_allowed");
            assertThat(key.post("/api/v1/keys", "{\"name\":\"mine\",\"role\":\"admin\"}")
                            .code())
                    .isEqualTo("not_allowed");
            assertThat(key.delete("/api/v1/keys/0123456789ab").code()).isEqualTo("not_allowed");
        }
        assertThat(new Api(server.url(), "").get("/api/v1/status").code()).isEqualTo("unauthenticated");
        unharmed();
    }
}
