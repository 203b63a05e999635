package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `/api/v1/export` and `/api/v1/import`: what goes out, what comes in, and what is refused before anything is written.
class TransferRoutesTest {
    private static final String HEADER = "{\"export\":{\"format\":\"mneme\",\"version\":1}}";
    private static final String ID = "0193a000-0000-4000-8000-000000000001";

    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    private static String memory(String user, String text) {
        return """
                {"memory":{"id":"%s","userId":"%s","createdAt":"2025-01-01T00:00:00.000Z","versions":[\
                {"version":1,"event":"ADD","at":"2025-01-01T00:00:00.000Z","key":"k9","instance":"desk","text":"%s",\
                "metadata":{},"categories":[],"updatedAt":"2025-01-01T00:00:00.000Z"},\
                {"version":2,"event":"UPDATE","at":"2025-01-02T00:00:00.000Z","key":"k9","instance":"desk",\
                "text":"%s again","metadata":{"a":[1,1.50,null]},"categories":["x"],\
                "updatedAt":"2025-01-02T00:00:00.000Z"}],"embedding":{"embedder":"mine",\
                "vector":[0.6,0.8],"tokens":"%s","passages":"fwCBfw=="}}}""".formatted(ID, user, text, text, "A".repeat(86) + "==");
    }

    private static final String CONTEXT = """
            {"context":{"userId":"alice","contextKey":"plan","versions":[{"version":3,"contextType":"chat",\
            "data":{"a":1},"tags":["t"],"createdAt":"2025-01-01T00:00:00.000Z","updatedAt":"2025-01-02T00:00:00.000Z",\
            "createdBy":"desk","updatedBy":"desk"}]}}""";
    private static final String MODE = """
            {"mode":{"userId":"alice","instanceId":"desk","currentMode":"parallel","capabilities":{"localAI":true,\
            "externalAI":true,"multiChannel":true,"offlineCapable":true,"realTimeSync":true},"configuration":{},\
            "activatedAt":"2025-01-01T00:00:00.000Z","updatedAt":"2025-01-01T00:00:00.000Z","version":1}}""";
    private static final String TRANSITION = """
            {"transition":{"userId":"alice","instanceId":"desk","toMode":"parallel","success":true,\
            "timestamp":"2025-01-01T00:00:00.000Z"}}""";
    private static final String RESPONSE = """
            {"response":{"userId":"alice","instanceId":"desk","chatId":"c","messageId":"m","sourceType":"local",\
            "provider":"p","model":"m","confidence":0.5,"responseHash":"h","metadata":{},\
            "timestamp":"2025-01-01T00:00:00.000Z","localOnly":true}}""";
    private static final String EVENT = """
            {"syncEvent":{"id":"0193a000-0000-4000-8000-000000000002","userId":"alice","sourceInstanceId":"desk",\
            "eventType":"config-updated","eventData":{"a":1},"processedBy":["phone"],"priority":"high",\
            "timestamp":"2025-01-01T00:00:00.000Z","version":2}}""";

    private static String body(String... lines) {
        return HEADER + "\n" + String.join("\n", lines) + "\n";
    }

    private RestServer.Reply take(String onError, String... lines) {
        return rest.post("/api/v1/import?onError=" + onError, body(lines));
    }

    private List<String> export(String query) {
        RestServer.Reply reply = rest.get("/api/v1/export" + query);
        assertThat(reply.status()).isEqualTo(200);
        return List.of(reply.raw().body().split("\n"));
    }

    @Test
    void everyNounComesInOnceAndGoesOutAsItCame() {
        String[] all = {memory("alice", "likes tea"), CONTEXT, MODE, TRANSITION, RESPONSE, EVENT};
        JsonNode first = take("stop", all).body();
        assertThat(first.path("added").asInt()).isEqualTo(6);
        assertThat(first.path("items"))
                .extracting(item -> item.path("event").asText())
                .containsOnly("ADD");
        assertThat(first.at("/items/0/line").asInt()).isEqualTo(2);
        List<String> exported = export("");
        assertThat(exported).hasSize(7);
        assertThat(exported.getFirst()).isEqualTo(HEADER);
        assertThat(exported.subList(1, 7)).containsExactlyInAnyOrder(all);
        String head =
                rest.get("/api/v1/owners/user/alice").body().path("position").asText();
        JsonNode second = take("stop", all).body();
        assertThat(second.path("known").asInt()).isEqualTo(6);
        assertThat(rest.get("/api/v1/owners/user/alice").body().path("position").asText())
                .isEqualTo(head);
        assertThat(export("")).isEqualTo(exported);
        assertThat(rest.get("/api/v1/memories/" + ID).body().path("text").asText())
                .isEqualTo("likes tea again");
        assertThat(rest.get("/api/v1/memories/" + ID + "/history").body().path("versions"))
                .hasSize(2);
    }

    @Test
    void idsThatCameAsNumbersGoAndComeAsNumbers() {
        String chat = RESPONSE.replace("\"chatId\":\"c\"", "\"chatId\":12");
        String message = RESPONSE.replace("\"messageId\":\"m\"", "\"messageId\":34");
        take("stop", chat, message);

        assertThat(export("").subList(1, 3)).containsExactlyInAnyOrder(chat, message);
    }

    @Test
    void anExportIsOfOneOwnerWhereOneIsNamed() {
        rest.add("alice", "alice likes tea");
        rest.add("bob", "bob likes tea");
        assertThat(export("?userId=bob")).hasSize(2).noneMatch(line -> line.contains("alice"));
        assertThat(export("")).hasSize(3);
        assertThat(rest.get("/api/v1/export?userId=bob&agentId=x").field()).isEqualTo("agentId");
    }

    @Test
    void aRestrictedKeyExportsAndImportsWhatIsItsOwn() {
        rest.add("alice", "alice likes tea");
        rest.putContext("alice", "theme", "dark");
        rest.add("bob", "bob likes tea");
        rest.post("/api/v1/memories", "{\"userId\":\"bob\",\"agentId\":\"bot\",\"text\":\"bot of bob\"}");
        String alices = rest.key(Role.ADMIN, new Restriction(Map.of(OwnerKind.USER, Set.of("alice"))), null);
        String bots = rest.key(Role.ADMIN, new Restriction(Map.of(OwnerKind.AGENT, Set.of("bot"))), null);

        String own = rest.send(alices, "GET", "/api/v1/export", null).raw().body();
        assertThat(own).contains("alice likes tea", "dark").doesNotContain("bob");
        assertThat(rest.send(alices, "GET", "/api/v1/export?userId=bob", null).status())
                .isEqualTo(403);
        String ofBot = rest.send(bots, "GET", "/api/v1/export", null).raw().body();
        assertThat(ofBot).contains("bot of bob").doesNotContain("likes tea", "dark");

        RestServer.Reply smuggled = rest.send(
                alices,
                "POST",
                "/api/v1/import?onError=skip",
                body(memory("bob", "planted"), CONTEXT, CONTEXT.replace("alice", "bob"), memory("alice", "her own")));
        assertThat(smuggled.body().path("items"))
                .extracting(item ->
                        item.at("/error/code").asText() + item.path("event").asText())
                .containsExactly("not_allowed", "ADD", "not_allowed", "ADD");
        assertThat(export("?userId=bob")).noneMatch(line -> line.contains("planted") || line.contains("plan"));
        assertThat(rest.send(bots, "POST", "/api/v1/import", body(CONTEXT))
                        .body()
                        .at("/items/0/error/code")
                        .asText())
                .isEqualTo("not_allowed");
    }

    @Test
    void theFirstBadLineEndsTheImportUnlessBadOnesAreSkipped() {
        String bad = memory("alice", " ").replace(ID, ID.replace("0001", "0007"));
        JsonNode stopped = take("stop", CONTEXT, bad, MODE).body();
        assertThat(stopped.path("items")).hasSize(2);
        assertThat(stopped.at("/items/1/line").asInt()).isEqualTo(3);
        assertThat(stopped.at("/items/1/error/field").asText()).isEqualTo("memory.versions[0].text");
        assertThat(export("")).hasSize(2);
        JsonNode skipped = take("skip", CONTEXT, bad, MODE).body();
        assertThat(skipped.path("items")).hasSize(3);
        assertThat(skipped.path("added").asInt()).isEqualTo(1);
        assertThat(skipped.path("known").asInt()).isEqualTo(1);
        assertThat(export("")).hasSize(3);
    }

    private static String memoryWithId(String user, String text, int n) {
        return memory(user, text).replace(ID, ID.replace("0001", "%04d".formatted(n)));
    }

    @Test
    void anIdOfAnotherOwnerIsAnErrorOfItsLine() {
        take("stop", memoryWithId("bob", "bobs", 1));
        String[] lines = {
            memoryWithId("alice", "before", 2),
            memoryWithId("alice", "planted", 1),
            memoryWithId("alice", "after", 3),
            memoryWithId("carol", "other", 4)
        };
        JsonNode skipped = take("skip", lines).body();
        assertThat(skipped.path("items"))
                .extracting(item -> item.path("line").asInt()
                        + item.at("/error/code").asText()
                        + item.at("/error/field").asText()
                        + item.path("event").asText())
                .containsExactly("2ADD", "3version_conflictmemory.id", "4ADD", "5ADD");
        assertThat(export("?userId=alice")).hasSize(3).noneMatch(line -> line.contains("planted"));
        assertThat(export("?userId=bob")).hasSize(2).anyMatch(line -> line.contains("bobs"));

        JsonNode stopped = take("stop", lines).body();
        assertThat(stopped.path("items"))
                .extracting(item ->
                        item.path("event").asText() + item.at("/error/code").asText())
                .containsExactly("NONE", "version_conflict");
    }

    @Test
    void vectorsOfAnotherSpaceAreRefused() {
        String other = memory("alice", "two")
                .replace(ID, ID.replace("0001", "0009"))
                .replace("[0.6,0.8]", "[0,0,1]")
                .replace("fwCBfw==", "fwCB");
        JsonNode together = take("skip", memory("alice", "one"), other).body();
        assertThat(together.at("/items/1/error/code").asText()).isEqualTo("embedder_mismatch");
        assertThat(together.at("/items/1/error/field").asText()).isEqualTo("memory.embedding");
        assertThat(take("stop", other).body().at("/items/0/error/code").asText())
                .isEqualTo("embedder_mismatch");
    }

    /// A line that must be refused, and where.
    record Bad(String name, String line, String field) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Bad bad(String name, String line, String field, Consumer<ObjectNode> change) {
        ObjectNode node = (ObjectNode) RestServer.read(line);
        change.accept(node);
        return new Bad(name, node.toString(), field);
    }

    private static ObjectNode at(ObjectNode node, String pointer) {
        return (ObjectNode) node.at(pointer);
    }

    static Stream<Bad> badLines() {
        String memory = memory("alice", "likes tea");
        List<Bad> all = new ArrayList<>();
        all.add(new Bad("no JSON", "{", "line"));
        all.add(new Bad("no record", "{}", "line"));
        all.add(new Bad("two records", CONTEXT.replaceFirst("}$", "") + "," + MODE.substring(1), "line"));
        all.add(new Bad("a second header", HEADER, "line"));
        all.add(new Bad("a list", "[1]", "line"));
        all.add(new Bad("an unknown noun", "{\"key\":{}}", "key"));
        all.add(new Bad("deep", "{\"context\":" + "[".repeat(80) + "]".repeat(80) + "}", "context"));
        all.add(bad(
                "unknown field", memory, "memory.owner", n -> at(n, "/memory").put("owner", "bob")));
        all.add(bad("no id", memory, "memory.id", n -> at(n, "/memory").put("id", "7")));
        all.add(bad(
                "another slot",
                memory,
                "memory.id",
                n -> at(n, "/memory").put("id", "0193a000-0000-8fff-8000-000000000001")));
        all.add(bad("no owner", memory, "memory.userId", n -> at(n, "/memory").remove("userId")));
        all.add(bad(
                "empty owner", memory, "memory.userId", n -> at(n, "/memory").put("userId", "")));
        all.add(bad(
                "no versions", memory, "memory.versions", n -> at(n, "/memory").putArray("versions")));
        all.add(bad(
                "a gap",
                memory,
                "memory.versions[1].version",
                n -> at(n, "/memory/versions/1").put("version", 3)));
        all.add(bad(
                "version 0",
                memory,
                "memory.versions[0].version",
                n -> at(n, "/memory/versions/0").put("version", 0)));
        all.add(bad(
                "added twice",
                memory,
                "memory.versions[1].event",
                n -> at(n, "/memory/versions/1").put("event", "ADD")));
        all.add(bad(
                "deleted, then changed",
                memory,
                "memory.versions",
                n -> at(n, "/memory/versions/0").put("event", "DELETE")));
        all.add(bad(
                "long text",
                memory,
                "memory.versions[1].text",
                n -> at(n, "/memory/versions/1").put("text", "x".repeat(70_000))));
        all.add(bad(
                "times that go back",
                memory,
                "memory.versions[1].at",
                n -> at(n, "/memory/versions/1").put("at", "2024-01-01")));
        all.add(bad(
                "the future",
                memory,
                "memory.versions[1].at",
                n -> at(n, "/memory/versions/1").put("at", "2099-01-01")));
        all.add(bad("no time", memory, "memory.createdAt", n -> at(n, "/memory").put("createdAt", "never")));
        all.add(bad(
                "large metadata",
                memory,
                "memory.versions[1].metadata",
                n -> at(n, "/memory/versions/1/metadata").put("a", "x".repeat(70_000))));
        all.add(bad("many categories", memory, "memory.versions[1].categories", n -> {
            for (int i = 0; i < 101; i++) {
                at(n, "/memory/versions/1").withArray("categories").add("c" + i);
            }
        }));
        all.add(bad(
                "no unit vector",
                memory,
                "memory.embedding.vector",
                n -> at(n, "/memory/embedding").putArray("vector").add(3).add(4)));
        all.add(bad(
                "no vector",
                memory,
                "memory.embedding.vector",
                n -> at(n, "/memory/embedding").putArray("vector")));
        all.add(bad(
                "tokens",
                memory,
                "memory.embedding.tokens",
                n -> at(n, "/memory/embedding").put("tokens", "AAAA")));
        all.add(bad(
                "no base64",
                memory,
                "memory.embedding.tokens",
                n -> at(n, "/memory/embedding").put("tokens", "%")));
        for (String passages : new String[] {"", "fwCB", "%", "fwCB".repeat(2 * 385)}) {
            all.add(bad(
                    "passages",
                    memory,
                    "memory.embedding.passages",
                    n -> at(n, "/memory/embedding").put("passages", passages)));
        }
        all.add(bad(
                "no data",
                CONTEXT,
                "context.versions[0].data",
                n -> at(n, "/context/versions/0").remove("data")));
        all.add(bad("the key ..", CONTEXT, "context.key", n -> at(n, "/context").put("contextKey", "..")));
        all.add(bad(
                "large data",
                CONTEXT,
                "context.versions[0].data",
                n -> at(n, "/context/versions/0").put("data", "x".repeat(70_000))));
        all.add(bad(
                "a tag twice",
                CONTEXT,
                "context.versions[0].tags",
                n -> at(n, "/context/versions/0").withArray("tags").add("t")));
        all.add(bad(
                "no such mode", MODE, "mode.currentMode", n -> at(n, "/mode").put("currentMode", "loud")));
        all.add(bad(
                "large configuration",
                MODE,
                "mode.configuration",
                n -> at(n, "/mode/configuration").put("a", "x".repeat(70_000))));
        all.add(bad(
                "a success with an error",
                TRANSITION,
                "transition.success",
                n -> at(n, "/transition").put("errorMessage", "no")));
        all.add(bad(
                "confidence",
                RESPONSE,
                "response.confidence",
                n -> at(n, "/response").put("confidence", 1.5)));
        all.add(bad(
                "no hash",
                RESPONSE,
                "response.responseHash",
                n -> at(n, "/response").put("responseHash", "")));
        all.add(bad(
                "processed twice",
                EVENT,
                "syncEvent.processedBy",
                n -> at(n, "/syncEvent").withArray("processedBy").add("phone")));
        all.add(bad(
                "version of an event",
                EVENT,
                "syncEvent.version",
                n -> at(n, "/syncEvent").put("version", 9)));
        all.add(bad(
                "no targets",
                EVENT,
                "syncEvent.targetInstances",
                n -> at(n, "/syncEvent").putArray("targetInstances")));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("badLines")
    void aBadRecordIsRefusedWithItsPlaceAndNothingIsWritten(Bad bad) {
        JsonNode answer = take("skip", bad.line()).body();
        assertThat(answer.at("/items/0/error/field").asText()).isEqualTo(bad.field());
        assertThat(answer.at("/items/0/error/code").asText()).isIn("invalid_request", "too_large");
        assertThat(export("")).hasSize(1);
        assertThat(rest.store.head(Owner.user("alice")).sequence())
                .as("no change")
                .isZero();
    }

    @Test
    void whatIsNoImportIsRefusedAsAWhole() {
        assertThat(rest.post("/api/v1/import", "").field()).isEqualTo("body");
        assertThat(rest.post("/api/v1/import", "\n").field()).isEqualTo("line");
        assertThat(rest.post("/api/v1/import", MODE).field()).isEqualTo("export");
        assertThat(rest.post("/api/v1/import", HEADER.replace("1}", "2}") + "\n" + MODE)
                        .field())
                .isEqualTo("export.version");
        assertThat(rest.post("/api/v1/import", HEADER.replace("mneme", "other")).field())
                .isEqualTo("export.format");
        assertThat(rest.post("/api/v1/import", body("{}\n".repeat(1_001))).field())
                .isEqualTo("body");
        assertThat(rest.post("/api/v1/import", HEADER).body().path("items")).isEmpty();
        assertThat(rest.send(rest.key(Role.WRITE, Restriction.NONE, null), "POST", "/api/v1/import", body(MODE))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void whatWasWrittenWhileInspiredStaysMarked() {
        rest.post(
                "/api/v1/modes/switch",
                "{\"userId\":\"alice\",\"instanceId\":\"desk\",\"toMode\":\"" + Mode.INSPIRED.wireName() + "\"}");
        rest.post("/api/v1/memories", "{\"userId\":\"alice\",\"text\":\"hush\"}", "Mneme-Instance", "desk");
        assertThat(export("")).anyMatch(line -> line.contains("hush") && line.contains("\"localOnly\":true"));
    }
}
