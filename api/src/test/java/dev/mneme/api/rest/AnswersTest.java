package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Asks every operation of the OpenAPI document. [RestServer] holds each answer to the document; this test sees to it
/// that none is left out, and that the document refuses what the server refuses.
@Timeout(120)
class AnswersTest {
    private static final String MEMORIES = "/api/v1/memories";
    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    @Test
    void everySuccessIsAsItIsSaid() {
        String id = memories();
        modes();
        contexts();
        keys();
        integrity();
        List.of("/", "/docs", "/openapi.json", "/favicon.ico", "/metrics", "/health/live", "/health/ready")
                .forEach(rest::get);
        rest.get("/api/v1/status");
        rest.send(rest.key(Role.READ, Restriction.NONE, null), "GET", "/api/v1/status", null);
        rest.get("/api/v1/entities?limit=1");
        owners();
        rest.get("/api/v1/changes?userId=alice&limit=2");
        rest.get("/api/v1/changes?scope=all");
        responses();
        syncEvents();
        conflicts();
        distributed();
        String exported = rest.get("/api/v1/export").raw().body();
        assertThat(rest.post("/api/v1/import", exported).body().path("known").asInt())
                .isPositive();
        assertThat(rest.post("/api/v1/backups", "").status()).isEqualTo(200);
        assertThat(rest.post("/api/v1/backups", "").status())
                .as("one after another")
                .isEqualTo(200);
        rest.parts.set(Map.of("log", new Health.Part(false, "the disk is full")));
        rest.get("/health/ready");
        rest.delete(MEMORIES + "/" + id);
        rest.delete(MEMORIES + "?userId=alice&erase=true");
        Set<String> said = new TreeSet<>();
        rest.routes.forEach(route -> route.replies().forEach(reply -> said.add(route.id() + " " + reply.status())));
        said.remove("healthLive 503"); // the process that answers it is about to end
        assertThat(rest.contract.seen()).containsAll(said);
    }

    private String memories() {
        String whole = """
                {"userId":"alice","agentId":"bot","appId":"app","runId":"run","text":"likes tea","role":"user",
                 "metadata":{"a":{"b":[1,null]}},"categories":["food"],"timestamp":"2026-01-02",
                 "expiresAt":1900000000000,"vector":[1,0.5],"embedder":"mine","dedupe":false}""";
        RestServer.Reply added = rest.post(MEMORIES, whole, "Idempotency-Key", "k1");
        assertThat(added.status()).isEqualTo(201);
        rest.post(MEMORIES, whole, "Idempotency-Key", "k1");
        rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"likes milk\"}");
        assertThat(rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"likes milk\"}")
                        .status())
                .isEqualTo(200);
        rest.post(MEMORIES, """
                {"userId":"alice","metadata":{"a":1},"items":[{"text":"one"},{"text":"two","userId":null,
                 "agentId":"bot"},{"text":"three","expiresAt":null}]}""");
        rest.post(MEMORIES, "{\"userId\":\"alice\",\"items\":[{\"text\":\"four\"},{\"text\":5}]}");
        String id = added.body().path("memory").path("id").asText();
        rest.get(MEMORIES + "/" + id);
        rest.patch(MEMORIES + "/" + id, """
                {"text":"likes tea and milk","metadata":{"a":null},"categories":[],"expiresAt":null,
                 "vector":[0,1],"embedder":"mine","expectedVersion":1}""");
        rest.patch(MEMORIES + "/" + id, "{\"text\":\"x\",\"expectedVersion\":7}");
        rest.get(MEMORIES + "?userId=alice&limit=1&order=updatedAt&showExpired=true&latestOnly=true");
        rest.post(MEMORIES + "/search", """
                {"query":"tea","vector":[1,0],"embedder":"mine","userId":"alice","agentId":null,"filter":{"NOT":
                 {"categories":{"contains":"x"}}},"topK":3,"threshold":0.0,"explain":true,"showExpired":false,
                 "latestOnly":true,"referenceTime":"2026-01-31","timezone":"Europe/Berlin"}""");
        rest.post(MEMORIES + "/search", "{\"userId\":\"alice\",\"query\":\"milk\",\"explain\":true}");
        rest.post(MEMORIES + "/search", "{\"userId\":\"alice\",\"embedder\":\"mine\",\"vector\":\"AACAPwAAgD8=\"}");
        rest.get(MEMORIES + "/" + id + "/history");
        return id;
    }

    private void owners() {
        JsonNode whole = rest.get("/api/v1/owners/user/alice").body();
        assertThat(whole.path("memories").asInt()).isPositive();
        assertThat(whole.path("transitions").asInt()).isPositive();
        assertThat(whole.path("position").asText())
                .isEqualTo(rest.get("/api/v1/changes?userId=alice")
                        .body()
                        .path("position")
                        .asText());
        assertThat(rest.get("/api/v1/owners/agent/bot%2Fof%2Fnobody")
                        .body()
                        .path("memories")
                        .asInt(1))
                .isZero();
        String ofBot = rest.key(Role.READ, new Restriction(Map.of(OwnerKind.AGENT, Set.of("bot"))), null);
        JsonNode part =
                rest.send(ofBot, "GET", "/api/v1/owners/user/alice", null).body();
        assertThat(part.path("memories").asInt())
                .isBetween(1, whole.path("memories").asInt() - 1);
        assertThat(part.has("contexts") || part.has("changes"))
                .as("it does not see the whole")
                .isFalse();
    }

    private void modes() {
        String whole = """
                {"userId":"alice","instanceId":"desk","toMode":"parallel","capabilities":{"localAI":true,
                 "externalAI":true,"multiChannel":false,"offlineCapable":false,"realTimeSync":true},
                 "configuration":{"a":1},"contextSnapshot":{"b":[null]},"transitionDuration":5,"expectedVersion":0}""";
        RestServer.Reply switched = rest.post("/api/v1/modes/switch", whole);
        assertThat(switched.status()).isEqualTo(200);
        assertThat(switched.body().at("/mode/capabilities/localAI").asBoolean()).isTrue();
        RestServer.Reply stale = rest.post("/api/v1/modes/switch", whole);
        assertThat(stale.status()).isEqualTo(409);
        assertThat(stale.body().at("/current/currentMode").asText()).isEqualTo("parallel");
        RestServer.Reply failed = rest.post(
                "/api/v1/modes/switch",
                "{\"userId\":\"alice\",\"instanceId\":\"desk\",\"toMode\":\"inspired\",\"errorMessage\":\"no model\"}");
        assertThat(failed.body().at("/transition/success").asBoolean(true)).isFalse();
        rest.patch("/api/v1/modes/desk?userId=alice", "{\"configuration\":{\"a\":null,\"b\":2}}");
        assertThat(rest.get("/api/v1/modes/desk?userId=alice")
                        .body()
                        .path("configuration")
                        .toString())
                .isEqualTo("{\"b\":2}");
        rest.clock.advance(java.time.Duration.ofHours(1));
        rest.post("/api/v1/modes/switch", "{\"userId\":\"alice\",\"instanceId\":\"phone\",\"toMode\":\"didactic\"}");
        assertThat(rest.get("/api/v1/modes?userId=alice")
                        .body()
                        .at("/current/instanceId")
                        .asText())
                .isEqualTo("phone");
        rest.clock.advance(java.time.Duration.ofHours(1));
        long since = rest.clock.instant().minusSeconds(7_200).toEpochMilli();
        RestServer.Reply usage = rest.get("/api/v1/modes/usage?userId=alice&since=" + since);
        assertThat(usage.body().at("/user/0/share").asDouble()).isEqualTo(0.5);
        assertThat(usage.body().at("/instances/0/modes/0/millis").asLong()).isEqualTo(7_200_000);
        RestServer.Reply page = rest.get("/api/v1/transitions?userId=alice&limit=2");
        assertThat(page.body().at("/items/1/errorMessage").asText()).isEqualTo("no model");
        RestServer.Reply next = rest.get("/api/v1/transitions?userId=alice&limit=2&cursor="
                + page.body().path("nextCursor").asText());
        assertThat(next.body().path("items")).hasSize(1);
        assertThat(rest.get("/api/v1/transitions?userId=alice&success=false")
                        .body()
                        .path("items"))
                .hasSize(1);
    }

    private void contexts() {
        String context = "/api/v1/contexts/project%2Fmneme";
        rest.put(context, """
                {"userId":"alice","data":{"a":1,"b":[1,null]},"contextType":"project","mode":"parallel","tags":["ui"],
                 "expiresAt":"2030-01-01T00:00:00Z","expectedVersion":0,"mergeStrategy":"replace"}""");
        rest.put(context + "?userId=alice", "{\"data\":{\"a\":2}}", "Idempotency-Key", "c");
        rest.put(context + "?userId=alice", "{\"data\":{\"a\":2}}", "Idempotency-Key", "c");
        rest.put(context + "?userId=alice", "{\"data\":{\"a\":3},\"expectedVersion\":1,\"mergeStrategy\":\"merge\"}");
        rest.put(context + "?userId=alice", "{\"data\":\"any JSON\"}", "If-Match", "\"1\"");
        rest.get(context + "?userId=alice");
        rest.get("/api/v1/contexts?userId=alice&type=custom&limit=1");
        rest.delete(context + "?userId=alice");
        rest.get(context + "/versions?userId=alice");
    }

    private void responses() {
        String whole = """
                {"userId":"carol","instanceId":"desk","chatId":"c","messageId":"m","mode":"parallel",
                 "sourceType":"harmonized","provider":"p","model":"m","confidence":0.5,"responseHash":"h",
                 "metadata":{"promptTokens":1,"mcpToolsUsed":["t"]},"timestamp":1700000000000}""";
        assertThat(rest.post("/api/v1/responses", whole).status()).isEqualTo(201);
        assertThat(rest.post("/api/v1/responses", whole).status()).isEqualTo(200);
        assertThat(rest.post("/api/v1/responses", whole.replace("\"h\"", "\"other\""))
                        .status())
                .isEqualTo(409);
        rest.get("/api/v1/responses?userId=carol&limit=1&order=recorded");
        rest.get("/api/v1/responses/totals?userId=carol&by=tool");
        rest.get("/api/v1/responses/export?userId=carol");
        rest.get("/api/v1/responses/export?userId=carol&format=jsonl");
    }

    private void syncEvents() {
        RestServer.Reply posted = rest.post("/api/v1/sync-events", """
                {"userId":"carol","eventType":"mcp-tool-executed","eventData":{"tool":"t"},
                 "targetInstances":["phone"],"priority":"low","expiresAt":"2030-01-01"}""");
        assertThat(posted.status()).isEqualTo(201);
        String event = "/api/v1/sync-events/"
                + posted.body().path("syncEvent").path("id").asText();
        rest.get(event + "?userId=carol");
        rest.get("/api/v1/sync-events/pending?userId=carol&instanceId=phone&limit=5");
        rest.post(event + "/processed", "{\"userId\":\"carol\",\"instanceId\":\"phone\"}");
    }

    private void conflicts() {
        String id = rest.conflict(
                "carol", new Conflict.About(Conflict.Kind.MEMORY, rest.add("carol", "theirs")), 1, "mine");
        String conflict = "/api/v1/conflicts/" + id;
        assertThat(rest.get("/api/v1/conflicts?userId=carol&status=open&kind=memory&limit=1")
                        .body()
                        .path("items"))
                .hasSize(1);
        assertThat(rest.get(conflict + "?userId=carol").status()).isEqualTo(200);
        String decision = "{\"take\":\"value\",\"value\":{\"text\":\"both\"},\"expectedVersion\":1}";
        assertThat(rest.post(conflict + "/resolve?userId=carol", decision).status())
                .isEqualTo(200);
        assertThat(rest.post(conflict + "/resolve?userId=carol", decision).status())
                .isEqualTo(409);
        rest.get("/api/v1/changes?userId=carol");
    }

    private void distributed() {
        String calls = "/api/v1/distributed/";
        rest.post(calls + "initialize", "{\"websocket\":{\"enabled\":true},\"redis\":{\"enabled\":false}}");
        rest.send(rest.admin, "POST", calls + "get-status", null);
        rest.send(rest.admin, "POST", calls + "shutdown", null);
        rest.post(calls + "publish-mode-change", """
                {"userId":"carol","fromMode":"didactic","toMode":"parallel","configuration":{"a":1}}""");
        rest.post(calls + "publish-context-update", """
                {"userId":"carol","contextKey":"k","contextType":"chat","data":{"a":1}}""");
        rest.post(calls + "store-response-source", """
                {"userId":"carol","chatId":7,"messageId":"8","mode":"didactic","responseHash":"h","source":
                 {"sourceType":"external","provider":"p","model":"m","confidence":1,"metadata":{}}}""");
    }

    private void integrity() {
        assertThat(rest.get("/api/v1/integrity").status()).isEqualTo(200);
        rest.send(rest.admin, "POST", "/api/v1/integrity/verify", null);
        rest.post("/api/v1/integrity/accept", "{\"owner\":{\"kind\":\"user\",\"id\":\"alice\"}}");
        rest.post("/api/v1/integrity/accept", "{\"keys\":true}");
        assertThat(rest.post("/api/v1/integrity/accept", "{}").code()).isEqualTo("invalid_request");
    }

    private void keys() {
        RestServer.Reply made = rest.post("/api/v1/keys", """
                {"name":"desk","role":"write","restrict":{"users":["alice"],"runs":["r"]},
                 "expiresAt":"2030-01-01T00:00:00Z","rate":{"perSecond":5,"burst":10}}""", "Idempotency-Key", "k");
        assertThat(made.status()).isEqualTo(201);
        rest.get("/api/v1/keys");
        rest.delete("/api/v1/keys/" + made.body().path("id").asText());
    }

    @Test
    void whatTheDocumentRefusesTheServerRefuses() {
        Map<String, List<String>> wrong = Map.of(
                "ResponseRequest",
                List.of(
                        "{\"userId\":\"a\"}",
                        response("\"sourceType\":\"other\""),
                        response("\"sourceType\":\"local\",\"confidence\":1.1"),
                        response("\"sourceType\":\"local\",\"mode\":\"x\""),
                        response("\"sourceType\":\"local\",\"metadata\":[]")),
                "SyncEventRequest",
                List.of(
                        "{\"userId\":\"a\",\"eventType\":\"x\"}",
                        "{\"userId\":\"a\",\"eventType\":\"config-updated\",\"priority\":\"urgent\"}",
                        "{\"userId\":\"a\",\"eventType\":\"config-updated\",\"targetInstances\":[]}",
                        "{\"userId\":\"a\",\"eventType\":\"config-updated\",\"eventData\":1}"),
                "AddRequest",
                List.of(
                        "{\"userId\":\"a\"}",
                        "{\"userId\":\"a\",\"text\":\"\"}",
                        "{\"userId\":\"a\",\"text\":null}",
                        "{\"userId\":\"a\",\"text\":\"x\",\"nope\":1}",
                        "{\"userId\":\"\",\"text\":\"x\"}",
                        "{\"userId\":\"" + "a".repeat(257) + "\",\"text\":\"x\"}",
                        "{\"userId\":\"a\",\"text\":\"x\",\"role\":\"" + "r".repeat(129) + "\"}",
                        "{\"userId\":\"a\",\"text\":\"x\",\"categories\":[\"\"]}",
                        "{\"userId\":\"a\",\"text\":\"x\",\"vector\":[]}",
                        "{\"userId\":\"a\",\"text\":\"x\",\"timestamp\":true}",
                        "{\"userId\":\"a\",\"items\":[]}",
                        "{\"userId\":\"a\",\"text\":\"x\",\"items\":[{\"text\":\"y\"}]}"),
                "SearchRequest",
                List.of(
                        "{\"query\":\"x\",\"topK\":0}",
                        "{\"query\":\"x\",\"topK\":10001}",
                        "{\"query\":\"x\",\"threshold\":1.5}",
                        "{\"query\":\"x\",\"userId\":\"\"}",
                        "{\"query\":\"x\",\"explain\":1}"),
                "KeyRequest",
                List.of(
                        "{\"name\":\"x\"}",
                        "{\"name\":\"\",\"role\":\"read\"}",
                        "{\"name\":\"x\",\"role\":\"boss\"}",
                        "{\"name\":\"x\",\"role\":\"read\",\"restrict\":{\"users\":[]}}",
                        "{\"name\":\"x\",\"role\":\"read\",\"rate\":{\"perSecond\":0,\"burst\":1}}"));
        String context = "/api/v1/contexts/theme?userId=a";
        for (String body : List.of(
                "{}",
                "{\"data\":null}",
                "{\"data\":{},\"nope\":1}",
                "{\"data\":{},\"contextType\":\"other\"}",
                "{\"data\":{},\"mode\":\"other\"}",
                "{\"data\":{},\"tags\":[\"\"]}",
                "{\"data\":{},\"expectedVersion\":-1}",
                "{\"data\":{},\"mergeStrategy\":\"mine\"}")) {
            assertThat(rest.put(context, body).status()).as(body).isEqualTo(400);
            if (!body.contains("null")) { // any JSON is documented; null is refused as what deletions have
                assertThat(rest.contract.takes("ContextRequest", body)).as(body).isFalse();
            }
        }
        Map<String, String> paths = Map.of(
                "AddRequest",
                MEMORIES,
                "SearchRequest",
                MEMORIES + "/search",
                "KeyRequest",
                "/api/v1/keys",
                "ResponseRequest",
                "/api/v1/responses",
                "SyncEventRequest",
                "/api/v1/sync-events");
        wrong.forEach((schema, bodies) -> bodies.forEach(body -> {
            assertThat(rest.contract.takes(schema, body)).as(body).isFalse();
            assertThat(rest.post(String.valueOf(paths.get(schema)), body).status())
                    .as(body)
                    .isEqualTo(400);
        }));
    }

    private static String response(String more) {
        return "{\"userId\":\"a\",\"chatId\":\"c\",\"messageId\":\"m\",\"provider\":\"p\",\"model\":\"m\","
                + "\"responseHash\":\"h\"," + more + "}";
    }

    @Test
    void everySchemaAndItsExamplesAreValid() {
        JsonNode document = rest.get("/openapi.json").body();
        var metaSchema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(com.networknt.schema.SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        document.path("components").path("schemas").properties().forEach(schema -> {
            assertThat(metaSchema.validate(schema.getValue()))
                    .as(schema.getKey())
                    .isEmpty();
            schema.getValue()
                    .path("examples")
                    .forEach(example -> rest.contract.requireValid(
                            schema.getKey(), example.toString(), "the example of " + schema.getKey()));
        });
    }

    @Test
    void everyEventOfAStreamIsAsItIsSaid() throws IOException, InterruptedException {
        String id = rest.add("alice", "likes tea");
        String added = rest.get(MEMORIES + "/" + id).header("Mneme-Position");
        rest.delete(MEMORIES + "/" + id);
        String before = added.substring(0, added.lastIndexOf(':') + 1) + "0";
        List<String> changes = data("/api/v1/changes?userId=alice&after=" + before, 2);
        changes.forEach(change -> rest.contract.requireValid("ChangeResource", change, "an event"));
        assertThat(changes.getLast()).contains("memory.deleted");
        String lost = "other" + before.substring(before.indexOf(':'));
        String reset = data("/api/v1/changes?userId=alice&after=" + lost, 1).getFirst();
        rest.contract.requireValid("ChangeReset", reset, "an event");
    }

    private List<String> data(String target, int events) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rest.server.port() + target))
                .header("Authorization", "Bearer " + rest.admin)
                .header("Accept", "text/event-stream")
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> answer = client.send(request, BodyHandlers.ofLines());
            assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
            try (Stream<String> lines = answer.body()) {
                return lines.filter(line -> line.startsWith("data: "))
                        .map(line -> line.substring("data: ".length()))
                        .limit(events)
                        .toList();
            } finally {
                client.shutdownNow();
            }
        }
    }
}
