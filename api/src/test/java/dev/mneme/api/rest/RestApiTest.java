package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.core.command.Command;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.testkit.Fixtures;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Every route's answers, as `docs` has them; and every code that a request can meet while disk and log are well.
class RestApiTest {
    private static final String MEMORIES = "/api/v1/memories";
    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void aQueryMayBeAsLongAsItsRequest() {
        rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"likes tea\"}");
        String query = "x ".repeat(100_000) + "tea";
        RestServer.Reply found = rest.post(MEMORIES + "/search", "{\"userId\":\"alice\",\"query\":\"" + query + "\"}");
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.raw().body()).contains("likes tea");
    }

    @Test
    void whatCannotBeSeenIsNoText() {
        for (String body : List.of(
                "{\"userId\":\"alice\",\"text\":\"\u200b\u2060\"}",
                "{\"userId\":\"alice\",\"items\":[{\"text\":\"\u3164\"}]}")) {
            assertThat(rest.post(MEMORIES, body).raw().body()).contains("text must not be empty.");
        }
        RestServer.Reply search = rest.post(MEMORIES + "/search", "{\"userId\":\"alice\",\"query\":\"\u200b\"}");
        assertThat(search.status()).isEqualTo(400);
        assertThat(search.body().path("field").asText()).isEqualTo("query");
    }

    @Test
    void aMemoryThatIsAddedIsAnsweredWhole() {
        RestServer.Reply added = rest.post(MEMORIES, """
                 {"userId":"alice","text":"I am allergic to peanuts","role":"user","metadata":{"source":"chat","n":1.50},
                  "categories":["health"],"timestamp":"2026-11-21T09:30:00Z","expiresAt":1900000000000}\
                 """, "Mneme-Instance", "desk");
        assertThat(added.status()).isEqualTo(201);
        assertThat(names(added.body())).containsExactly("event", "memory", "position");
        assertThat(added.body().path("event").asText()).isEqualTo("ADD");
        assertThat(added.header("Mneme-Position"))
                .isEqualTo(added.body().path("position").asText());
        JsonNode memory = added.body().path("memory");
        assertThat(names(memory))
                .containsExactly(
                        "id",
                        "userId",
                        "agentId",
                        "appId",
                        "runId",
                        "text",
                        "role",
                        "metadata",
                        "categories",
                        "timestamp",
                        "createdAt",
                        "updatedAt",
                        "expiresAt",
                        "version",
                        "replacedBy");
        assertThat(memory.path("agentId").isNull()).isTrue();
        assertThat(added.raw().body()).contains("\"metadata\":{\"source\":\"chat\",\"n\":1.50}");
        assertThat(memory.path("timestamp").asText()).isEqualTo("2026-11-21T09:30:00.000Z");
        assertThat(memory.path("expiresAt").asText()).isEqualTo("2030-03-17T17:46:40.000Z");
        assertThat(memory.path("createdAt").asText()).isEqualTo("2026-01-01T08:00:00.000Z");
        RestServer.Reply read = rest.get(MEMORIES + "/" + memory.path("id").asText());
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(memory);
        assertThat(read.header("ETag")).isEqualTo("\"1\"");
        assertThat(read.header("Mneme-Position")).isEqualTo(added.header("Mneme-Position"));
    }

    @Test
    void aDuplicateIsAnsweredWith200() {
        rest.add("alice", "likes tea");
        RestServer.Reply again = rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"likes tea\"}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body().path("event").asText()).isEqualTo("NONE");
        RestServer.Reply richer =
                rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"likes tea\",\"categories\":[\"food\"]}");
        assertThat(richer.body().path("event").asText()).isEqualTo("UPDATE");
        RestServer.Reply another =
                rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"likes tea\",\"dedupe\":false}");
        assertThat(another.status()).isEqualTo(201);
    }

    @Test
    void eachItemHasItsOwnOutcome() {
        RestServer.Reply reply = rest.post(MEMORIES, """
            {"userId":"alice","metadata":{"source":"import","a":1},"items":[
             {"text":"one"},
             {"text":5,"deep":{"x":[1,{"y":2}]}},
             {"text":"two","metadata":{"a":2},"userId":null,"agentId":"bot"},
             {"text":"  "},
             "no object",
             {"text":"three","vector":[1,"x"]},
             {"text":"four","userId":""},
             {"text":"five"}]}\
            """);
        assertThat(reply.status()).isEqualTo(200);
        JsonNode items = reply.body().path("items");
        assertThat(items.size()).isEqualTo(8);
        assertThat(items.path(0).path("memory").path("userId").asText()).isEqualTo("alice");
        assertThat(items.path(0).path("memory").path("metadata").path("source").asText())
                .isEqualTo("import");
        assertThat(items.path(2).path("memory").path("userId").isNull()).isTrue();
        assertThat(items.path(2).path("memory").path("metadata").toString())
                .isEqualTo("{\"source\":\"import\",\"a\":2}");
        assertThat(items.path(7).path("event").asText()).isEqualTo("ADD");
        Map<Integer, String> wrong = Map.of(
                1, "items[1].text", 3, "items[3].text", 4, "items[4]", 5, "items[5].vector", 6, "items[6].userId");
        wrong.forEach((index, field) -> {
            JsonNode error = items.path(index).path("error");
            assertThat(error.path("code").asText()).as("item " + index).isEqualTo("invalid_request");
            assertThat(error.path("field").asText()).isEqualTo(field);
        });
        assertThat(reply.header("Mneme-Position")).as("of two owners").isEmpty();
    }

    private static String metadata(String name, int length) {
        return "{\"metadata\":{\"" + name + "\":\"" + "x".repeat(length) + "\"}}";
    }

    @Test
    void theLimitOfMetadataIsTheMemorysHoweverItGrows() {
        String tea = "{\"userId\":\"alice\",\"text\":\"tea\","
                + metadata("a", 40_000).substring(1);
        String id = rest.post(MEMORIES, tea).body().at("/memory/id").asText();
        RestServer.Reply same = rest.post(MEMORIES, tea.replace("\"a\"", "\"b\""));
        assertThat(same.body().path("event").asText()).as("of its own").isEqualTo("ADD");

        RestServer.Reply patched = rest.patch(MEMORIES + "/" + id, metadata("b", 40_000));
        assertThat(patched.status()).isEqualTo(413);
        assertThat(patched.field()).isEqualTo("metadata");
        RestServer.Reply decided =
                rest.patch(MEMORIES + "/" + id, metadata("b", 40_000), "Idempotency-Key", "the-store-decides");
        assertThat(decided.status()).isEqualTo(413);
        assertThat(decided.field()).isEqualTo("metadata");
        assertThat(rest.get(MEMORIES + "/" + id).body().at("/metadata").toString())
                .hasSizeBetween(40_000, 41_000);
        assertThat(rest.patch(MEMORIES + "/" + id, metadata("b", 20_000)).status())
                .isEqualTo(200);
    }

    /// It may have grown when the limit was another.
    @Test
    void metadataThatIsTooLargeIsShrunkStepByStep() {
        String id = rest.add("alice", "likes tea");
        for (int i = 0; i < 5; i++) {
            JsonObject more = new JsonObject(Map.of("k" + i, new JsonString("x".repeat(60_000))));
            rest.store.write(Fixtures.write(Owner.user("alice"), Fixtures.patch(MemoryId.parse(id), more)));
        }
        assertThat(rest.patch(MEMORIES + "/" + id, "{\"text\":\"likes mate\"}").status())
                .isEqualTo(200);
        assertThat(rest.patch(MEMORIES + "/" + id, metadata("k0", 60_000).replace("xx", "yy"))
                        .status())
                .as("no smaller")
                .isEqualTo(413);
        assertThat(rest.patch(MEMORIES + "/" + id, "{\"metadata\":{\"k0\":null}}")
                        .status())
                .isEqualTo(200);
        StringBuilder patch = new StringBuilder("{\"metadata\":{\"k1\":null");
        for (int i = 0; i < 7_000; i++) {
            patch.append(",\"absent-").append(i).append("\":null");
        }
        assertThat(rest.patch(MEMORIES + "/" + id, patch + "}}").status())
                .as("the patch itself may be longer than the limit")
                .isEqualTo(200);
        assertThat(rest.get(MEMORIES + "/" + id).body().at("/metadata")).hasSize(3);
    }

    @Test
    void aPatchChangesWhatItNames() {
        String id = rest.add("alice", "likes tea");
        RestServer.Reply patched = rest.patch(
                MEMORIES + "/" + id,
                "{\"metadata\":{\"a\":{\"b\":1,\"c\":null}},\"categories\":[\"food\"],\"expiresAt\":\"2030-01-01\"}");
        assertThat(patched.status()).isEqualTo(200);
        assertThat(names(patched.body())).containsExactly("event", "memory", "position");
        assertThat(patched.body().path("event").asText()).isEqualTo("UPDATE");
        assertThat(patched.header("ETag")).isEqualTo("\"2\"");
        RestServer.Reply cleared =
                rest.patch(MEMORIES + "/" + id, "{\"metadata\":{\"a\":{\"b\":null}},\"expiresAt\":null}");
        assertThat(cleared.body().path("memory").path("expiresAt").isNull()).isTrue();
        assertThat(cleared.body().path("memory").path("metadata").toString()).isEqualTo("{\"a\":{}}");
        assertThat(cleared.body().path("memory").path("text").asText()).isEqualTo("likes tea");
        assertThat(rest.patch(MEMORIES + "/" + id, "{}").field()).isEqualTo("body");
    }

    @Test
    void aVersionThatHasChangedIsAConflict() {
        String id = rest.add("alice", "likes tea");
        RestServer.Reply inBody = rest.patch(MEMORIES + "/" + id, "{\"text\":\"x\",\"expectedVersion\":3}");
        assertThat(inBody.status()).isEqualTo(409);
        assertThat(inBody.code()).isEqualTo("version_conflict");
        assertThat(inBody.body().path("currentVersion").asInt()).isEqualTo(1);
        assertThat(inBody.body().path("current").path("text").asText()).isEqualTo("likes tea");
        RestServer.Reply byHeader = rest.patch(MEMORIES + "/" + id, "{\"text\":\"x\"}", "If-Match", "\"3\"");
        assertThat(byHeader.status()).isEqualTo(412);
        assertThat(byHeader.body().path("status").asInt()).isEqualTo(412);
        assertThat(rest.patch(MEMORIES + "/" + id, "{\"text\":\"x\"}", "If-Match", "\"0\"")
                        .status())
                .as("0 must not exist")
                .isEqualTo(412);
        assertThat(rest.delete(MEMORIES + "/" + id, "If-Match", "\"2\"").status())
                .isEqualTo(412);
        assertThat(rest.patch(MEMORIES + "/" + id, "{\"text\":\"x\"}", "If-Match", "\"1\"")
                        .status())
                .isEqualTo(200);
        assertThat(rest.patch(MEMORIES + "/" + id, "{\"text\":\"y\"}", "If-Match", "*")
                        .status())
                .isEqualTo(200);
        for (String junk : List.of("3", "W/\"3\"", "\"3\", \"4\"", "\"three\"", "\"03\"", "\"\"")) {
            RestServer.Reply reply = rest.patch(MEMORIES + "/" + id, "{\"text\":\"z\"}", "If-Match", junk);
            assertThat(reply.status()).as(junk).isEqualTo(400);
            assertThat(reply.field()).as(junk).isEqualTo("If-Match");
        }
        RestServer.Reply two =
                rest.patch(MEMORIES + "/" + id, "{\"text\":\"z\",\"expectedVersion\":2}", "If-Match", "\"3\"");
        assertThat(two.field()).isEqualTo("expectedVersion");
    }

    @Test
    void aDeletedMemoryIsGoneButItsHistoryIsNot() {
        String id = rest.add("alice", "likes tea");
        rest.patch(MEMORIES + "/" + id, "{\"text\":\"likes coffee\"}");
        RestServer.Reply deleted = rest.delete(MEMORIES + "/" + id);
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(names(deleted.body())).containsExactly("event", "id", "position");
        assertThat(deleted.body().path("event").asText()).isEqualTo("DELETE");
        assertThat(rest.get(MEMORIES + "/" + id).code()).isEqualTo("not_found");
        assertThat(rest.delete(MEMORIES + "/" + id).status()).isEqualTo(404);
        JsonNode versions = rest.get(MEMORIES + "/" + id + "/history").body().path("versions");
        assertThat(versions.findValuesAsText("event")).containsExactly("ADD", "UPDATE", "DELETE");
        assertThat(names(versions.path(0)))
                .containsExactly("version", "event", "text", "metadata", "categories", "at", "key", "instance");
        assertThat(versions.path(0).path("instance").asText()).startsWith("key:");
    }

    @Test
    void aBodyOnADeleteIsRefusedIfItSaysSomething() {
        String id = rest.add("alice", "likes tea");
        RestServer.Reply reply = rest.send(rest.admin, "DELETE", MEMORIES + "/" + id, "{\"erase\":true}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.field()).isEqualTo("body");
        assertThat(rest.get(MEMORIES + "/" + id).status()).isEqualTo(200);
        assertThat(rest.send(rest.admin, "DELETE", MEMORIES + "/" + id, "{ }").status())
                .as("says nothing")
                .isEqualTo(200);
    }

    @Test
    void deletingByScopeSaysHowMany() {
        rest.add("alice", "one");
        rest.add("alice", "two");
        rest.add("bob", "three");
        assertThat(rest.delete(MEMORIES).field()).isEqualTo("userId");
        assertThat(rest.delete(MEMORIES + "?userId=").field()).isEqualTo("userId");
        RestServer.Reply deleted = rest.delete(MEMORIES + "?userId=alice");
        assertThat(deleted.body().toString()).isEqualTo("{\"deleted\":2}");
        assertThat(deleted.header("Mneme-Position")).isNotEmpty();
        assertThat(rest.get(MEMORIES + "?userId=bob").body().path("items").size())
                .isEqualTo(1);
    }

    @Test
    void erasingTakesAnAdminKeyAndOneOwner() {
        String id = rest.add("alice", "one");
        assertThat(rest.delete(MEMORIES + "?agentId=bot&erase=true").field()).isEqualTo("erase");
        String writer = rest.key(Role.WRITE, Restriction.NONE, null);
        assertThat(rest.send(writer, "DELETE", MEMORIES + "?userId=alice&erase=true", null)
                        .code())
                .isEqualTo("not_allowed");
        RestServer.Reply erased = rest.delete(MEMORIES + "?userId=alice&erase=true");
        assertThat(erased.body().toString()).isEqualTo("{\"deleted\":1}");
        assertThat(rest.get(MEMORIES + "/" + id + "/history").status()).isEqualTo(404);
    }

    @Test
    void listsPageByPage() {
        for (int i = 0; i < 5; i++) {
            rest.add("alice", "fact " + i);
            rest.clock.advance(Duration.ofSeconds(1));
        }
        List<String> texts = new ArrayList<>();
        String cursor = "";
        do {
            RestServer.Reply page = rest.get(MEMORIES + "?userId=alice&limit=2&order=createdAt" + cursor);
            assertThat(names(page.body())).containsExactly("items", "nextCursor", "position");
            page.body()
                    .path("items")
                    .forEach(item -> texts.add(item.path("text").asText()));
            JsonNode next = page.body().path("nextCursor");
            cursor = next.isNull() ? "" : "&cursor=" + encoded(next.asText());
        } while (!cursor.isEmpty());
        assertThat(texts).containsExactly("fact 0", "fact 1", "fact 2", "fact 3", "fact 4");
        JsonNode newestFirst = rest.get(MEMORIES).body();
        assertThat(newestFirst.path("items").path(0).path("text").asText()).isEqualTo("fact 4");
        assertThat(newestFirst.has("position")).as("several owners were asked").isFalse();
    }

    @Test
    void aFilterInTheQueryIsJson() {
        rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"a\",\"metadata\":{\"n\":1}}");
        rest.post(MEMORIES, "{\"agentId\":\"bot\",\"text\":\"b\",\"metadata\":{\"n\":2}}");
        JsonNode two = rest.get(MEMORIES + "?filter=" + encoded("{\"metadata./n\":{\"gte\":2}}"))
                .body();
        assertThat(two.path("items").findValuesAsText("text")).containsExactly("b");
        JsonNode nobody = rest.get(MEMORIES + "?agentId=bot&filter=" + encoded("{\"userId\":null}"))
                .body();
        assertThat(nobody.path("items").findValuesAsText("text")).containsExactly("b");
        assertThat(nobody.has("position")).as("one owner was named").isTrue();
        assertThat(rest.get(MEMORIES + "?filter=" + encoded("{\"nope\":1}")).field())
                .isEqualTo("filter.nope");
        assertThat(rest.get(MEMORIES + "?filter=" + encoded("{")).field()).isEqualTo("filter");
    }

    @Test
    void expiredMemoriesAreHiddenUnlessAskedFor() {
        rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"soon gone\",\"expiresAt\":\"2026-01-02\"}");
        rest.clock.advance(Duration.ofDays(2));
        assertThat(rest.get(MEMORIES + "?userId=alice").body().path("items").size())
                .isZero();
        assertThat(rest.get(MEMORIES + "?userId=alice&showExpired=true")
                        .body()
                        .path("items")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void supersededMemoriesAreShownUnlessTheLatestAreAskedFor() {
        MemoryId tea = MemoryId.parse(rest.add("alice", "likes green tea"));
        Command.AddMemory black = Fixtures.add("alice", "likes black tea");
        rest.store.write(Fixtures.write(
                Owner.user("alice"),
                new Command.Revise(
                        List.of(new Command.Seen(tea, 1)),
                        List.of(new Command.Revision.Replace(tea, black)),
                        List.of())));

        assertThat(texts(rest.get(MEMORIES + "?userId=alice"))).containsExactly("likes black tea", "likes green tea");
        assertThat(texts(rest.get(MEMORIES + "?userId=alice&latestOnly=true"))).containsExactly("likes black tea");
        assertThat(texts(rest.get(MEMORIES + "?latestOnly=true"))).containsExactly("likes black tea");
        String search = "{\"userId\":\"alice\",\"query\":\"tea\"%s}";
        assertThat(texts(rest.post(MEMORIES + "/search", search.formatted("")))).hasSize(2);
        assertThat(texts(rest.post(MEMORIES + "/search", search.formatted(",\"latestOnly\":false"))))
                .hasSize(2);
        assertThat(texts(rest.post(MEMORIES + "/search", search.formatted(",\"latestOnly\":true"))))
                .containsExactly("likes black tea");
        JsonNode superseded = rest.get(MEMORIES + "/" + tea).body();
        assertThat(superseded.path("replacedBy").asText()).isEqualTo(black.id().toString());
        assertThat(superseded.path("version").asLong()).isEqualTo(2);
    }

    private static List<String> texts(RestServer.Reply reply) {
        return reply.body().findValuesAsText("text");
    }

    @Test
    void relativeDatesAreSeenFromTheReferenceTimeElseFromNow() {
        for (int day = 1; day <= 9; day++) {
            rest.post(
                    MEMORIES,
                    "{\"userId\":\"alice\",\"text\":\"tea no " + day + "\",\"timestamp\":\"2026-01-0" + day + "\"}");
        }
        assertThat(firstOfYesterday(",\"referenceTime\":\"2026-01-05T23:59:59Z\""))
                .isEqualTo("tea no 4");
        assertThat(firstOfYesterday(",\"referenceTime\":\"2026-01-09\"")).isEqualTo("tea no 8");
        assertThat(firstOfYesterday(",\"referenceTime\":1767571200000")).isEqualTo("tea no 4");
        rest.clock.set(Instant.parse("2026-01-07T08:00:00Z"));
        assertThat(firstOfYesterday("")).isEqualTo("tea no 6");
        assertThat(firstOfYesterday(",\"referenceTime\":null")).isEqualTo("tea no 6");

        for (String wrong : List.of("\"last week\"", "\"\"", "true", "[]", "1e300", "\"2026-02-30\"")) {
            RestServer.Reply reply =
                    rest.post(MEMORIES + "/search", "{\"query\":\"tea\",\"referenceTime\":" + wrong + "}");
            assertThat(reply.status()).as(wrong).isEqualTo(400);
            assertThat(reply.field()).as(wrong).isEqualTo("referenceTime");
        }
    }

    @Test
    void aDayIsTheAskers() {
        rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"tea at home\",\"timestamp\":\"2026-01-05T03:00:00Z\"}");
        RestServer.Reply own = rest.post(
                MEMORIES, "{\"userId\":\"alice\",\"text\":\"tea abroad\",\"timestamp\":\"2026-01-07T01:00:00+09:00\"}");
        assertThat(own.body().at("/memory/timestamp").asText()).isEqualTo("2026-01-06T16:00:00.000Z");

        assertThat(firstOfYesterday(",\"referenceTime\":\"2026-01-05T09:00:00-08:00\""))
                .isEqualTo("tea at home");
        assertThat(firstOfYesterday(",\"referenceTime\":\"2026-01-05\",\"timezone\":\"America/Los_Angeles\""))
                .isEqualTo("tea at home");
        assertThat(firstOfYesterday(",\"referenceTime\":\"2026-01-08T09:00:00Z\""))
                .isEqualTo("tea abroad");
        rest.clock.set(Instant.parse("2026-01-08T03:00:00Z"));
        assertThat(firstOfYesterday(",\"timezone\":\"Asia/Tokyo\"")).isEqualTo("tea abroad");

        rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"tea before\",\"timestamp\":\"2026-01-04T12:00:00Z\"}");
        rest.clock.set(Instant.parse("2026-01-05T20:00:00Z"));
        assertThat(firstOfYesterday("")).isEqualTo("tea before");
        assertThat(firstOfYesterday(",\"referenceTime\":\"2026-01-05T20:00:00Z\",\"timezone\":\"Asia/Tokyo\""))
                .isEqualTo("tea at home");
        assertThat(firstOfYesterday(",\"timezone\":\"Asia/Tokyo\"")).isEqualTo("tea at home");

        RestServer.Reply wrong = rest.post(MEMORIES + "/search", "{\"query\":\"tea\",\"timezone\":\"Mars/Base\"}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.field()).isEqualTo("timezone");
    }

    private String firstOfYesterday(String more) {
        RestServer.Reply reply = rest.post(
                MEMORIES + "/search", "{\"userId\":\"alice\",\"query\":\"tea yesterday\",\"topK\":1" + more + "}");
        return reply.body().at("/results/0/memory/text").asText();
    }

    @Test
    void searchFindsAndExplains() {
        rest.add("alice", "likes green tea");
        rest.add("alice", "works in Lisbon");
        RestServer.Reply plain =
                rest.post(MEMORIES + "/search", "{\"userId\":\"alice\",\"query\":\"green tea\",\"topK\":1}");
        assertThat(plain.status()).isEqualTo(200);
        assertThat(names(plain.body())).containsExactly("results", "position", "tookMillis");
        JsonNode result = plain.body().path("results").path(0);
        assertThat(names(result)).containsExactly("memory", "score");
        assertThat(result.path("memory").path("text").asText()).isEqualTo("likes green tea");
        RestServer.Reply explained =
                rest.post(MEMORIES + "/search", "{\"userId\":\"alice\",\"query\":\"tea\",\"explain\":true}");
        assertThat(names(explained.body().path("results").path(0))).containsExactly("memory", "score", "parts");
        assertThat(rest.post(MEMORIES + "/search", "{}").field()).isEqualTo("query");
        assertThat(rest.post(MEMORIES + "/search", "{\"query\":\"tea\",\"topK\":0}")
                        .field())
                .isEqualTo("topK");
        assertThat(rest.post(MEMORIES + "/search", "{\"query\":\"tea\",\"threshold\":2}")
                        .field())
                .isEqualTo("threshold");
        JsonNode nullScope = rest.post(MEMORIES + "/search", "{\"query\":\"tea\",\"userId\":null}")
                .body();
        assertThat(nullScope.path("results").size())
                .as("null is not the same as absent")
                .isZero();
        assertThat(rest.post(MEMORIES + "/search", "{\"query\":\"tea\"}")
                        .body()
                        .path("results")
                        .size())
                .isPositive();
    }

    /// The same embedding in either form is the same: in an add, in a batch, in an update and in a search.
    @Test
    void aVectorMayComeAsBase64() {
        String asBase64 = "\"" + base64(.6f, -.8f, 0) + "\"";
        JsonNode one = rest.post(
                        MEMORIES,
                        "{\"userId\":\"alice\",\"text\":\"a\",\"embedder\":\"mine\",\"vector\":" + asBase64 + "}")
                .body()
                .path("memory");
        RestServer.Reply batch = rest.post(
                MEMORIES,
                "{\"userId\":\"alice\",\"items\":[{\"text\":\"b\",\"embedder\":\"mine\",\"vector\":\"AAAA\"},"
                        + "{\"text\":\"c\",\"embedder\":\"mine\",\"vector\":\"" + base64(0, 0, 1) + "\"}]}");
        assertThat(batch.body()
                        .path("items")
                        .path(0)
                        .path("error")
                        .path("field")
                        .asText())
                .isEqualTo("items[0].vector");
        String two =
                batch.body().path("items").path(1).path("memory").path("id").asText();

        assertThat(nearest("[0.6,-0.8,0]")).isEqualTo(one.path("id").asText());
        assertThat(nearest(asBase64)).isEqualTo(one.path("id").asText());
        assertThat(nearest("\"" + base64(0, 0, 1) + "\"")).isEqualTo(two);
        rest.patch(
                MEMORIES + "/" + two, "{\"text\":\"d\",\"embedder\":\"mine\",\"vector\":\"" + base64(0, 1, 0) + "\"}");
        assertThat(nearest("[0,1,0]")).isEqualTo(two);
    }

    private String nearest(String vector) {
        return rest.post(MEMORIES + "/search", "{\"userId\":\"alice\",\"embedder\":\"mine\",\"vector\":" + vector + "}")
                .body()
                .path("results")
                .path(0)
                .path("memory")
                .path("id")
                .asText();
    }

    static String base64(float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    @Test
    void aVectorInBase64ThatIsNoneIsRefusedWithWhatIsWrong() {
        Map<String, String> wrong = Map.of(
                "AAAA",
                "4 does not divide",
                "AAAAAA=",
                "lowest byte first",
                "AAAA\\n",
                "lowest byte first",
                "AAAA_-==",
                "lowest byte first",
                "\u0141AAAAA==", // whose low byte is that of an A
                "lowest byte first",
                "",
                "1 to 4096",
                "AAAAAA==",
                "length above zero",
                base64(1, Float.NaN),
                "the one at 1",
                base64(Float.NEGATIVE_INFINITY),
                "the one at 0",
                base64(new float[4097]),
                "4096 numbers at most");
        wrong.forEach((vector, message) -> {
            RestServer.Reply reply =
                    rest.post(MEMORIES, "{\"userId\":\"a\",\"text\":\"x\",\"vector\":\"" + vector + "\"}");
            assertThat(reply.status()).as(vector).isEqualTo(400);
            assertThat(reply.body().path("field").asText()).as(vector).isEqualTo("vector");
            assertThat(reply.body().toString()).as(vector).contains(message);
        });
    }

    @Test
    void aVectorOfAnotherSpaceIsAMismatch() {
        rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"a\",\"vector\":[1,0,0],\"embedder\":\"mine\"}");
        RestServer.Reply other =
                rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"b\",\"vector\":[1,0],\"embedder\":\"mine\"}");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("embedder_mismatch");
    }

    @Test
    void entitiesArePaged() {
        rest.add("alice", "a");
        rest.add("bob", "b");
        rest.post(MEMORIES, "{\"agentId\":\"bot\",\"text\":\"c\"}");
        RestServer.Reply first = rest.get("/api/v1/entities?limit=2");
        assertThat(names(first.body())).containsExactly("items", "nextCursor");
        assertThat(names(first.body().path("items").path(0))).containsExactly("kind", "id", "memories", "updatedAt");
        assertThat(first.body().path("items").findValuesAsText("id")).containsExactly("alice", "bob");
        RestServer.Reply rest2 = rest.get("/api/v1/entities?limit=2&cursor="
                + first.body().path("nextCursor").asText());
        assertThat(rest2.body().path("items").toString()).contains("\"kind\":\"agent\",\"id\":\"bot\",\"memories\":1");
        assertThat(rest2.body().path("nextCursor").isNull()).isTrue();
        assertThat(rest.get("/api/v1/entities?cursor=!").field()).isEqualTo("cursor");
    }

    @Test
    void changesGoOnAfterAPosition() {
        String id = rest.add("alice", "likes tea");
        rest.delete(MEMORIES + "/" + id);
        RestServer.Reply all = rest.get("/api/v1/changes?userId=alice");
        assertThat(names(all.body())).containsExactly("changes", "position");
        JsonNode changes = all.body().path("changes");
        assertThat(changes.findValuesAsText("type")).containsExactly("memory.added", "memory.deleted");
        assertThat(names(changes.path(0)))
                .containsExactly("position", "previous", "type", "at", "key", "instance", "subject", "memory");
        String after = changes.path(0).path("position").asText();
        assertThat(changes.path(1).path("previous").asText()).isEqualTo(after);
        RestServer.Reply rest2 = rest.get("/api/v1/changes?userId=alice&after=" + after);
        assertThat(rest2.body().path("changes").findValuesAsText("type")).containsExactly("memory.deleted");
        assertThat(rest2.header("Mneme-Position"))
                .isEqualTo(all.body().path("position").asText());
        RestServer.Reply lost =
                rest.get("/api/v1/changes?userId=alice&after=other" + after.substring(after.indexOf(':')));
        assertThat(lost.body().path("reset").asBoolean()).isTrue();
        assertThat(rest.get("/api/v1/changes?userId=bob&after=" + after).field())
                .isEqualTo("after");
        assertThat(rest.get("/api/v1/changes?userId=alice&after=x").field()).isEqualTo("after");
        assertThat(rest.get("/api/v1/changes").field()).isEqualTo("userId");
        assertThat(rest.get("/api/v1/changes?userId=a&agentId=b").field()).isEqualTo("userId");
        assertThat(rest.get("/api/v1/changes?scope=all").body().path("changes").size())
                .isEqualTo(2);
        assertThat(rest.get("/api/v1/changes?scope=mine").field()).isEqualTo("scope");
    }

    @Test
    void aKeyIsMadeListedAndRevoked() {
        RestServer.Reply made = rest.post("/api/v1/keys", """
            {"name":"alice's desk","role":"write","restrict":{"users":["alice"]},"expiresAt":"2030-01-01",
             "rate":{"perSecond":5,"burst":10}}\
            """);
        assertThat(made.status()).isEqualTo(201);
        assertThat(names(made.body()))
                .containsExactly("id", "name", "role", "restrict", "createdAt", "expiresAt", "rate", "key");
        String secret = made.body().path("key").asText();
        assertThat(rest.send(secret, "GET", MEMORIES, null).status()).isEqualTo(200);
        RestServer.Reply listed = rest.get("/api/v1/keys");
        assertThat(listed.body().path("items").size()).isEqualTo(2);
        assertThat(listed.raw().body()).doesNotContain(secret, "\"key\"");
        String id = made.body().path("id").asText();
        assertThat(rest.delete("/api/v1/keys/" + id).body().toString())
                .isEqualTo("{\"event\":\"DELETE\",\"id\":\"" + id + "\"}");
        assertThat(rest.send(secret, "GET", MEMORIES, null).code()).isEqualTo("unauthenticated");
        assertThat(rest.delete("/api/v1/keys/" + id).code()).isEqualTo("not_found");
    }

    @Test
    void aKeysPartsAreChecked() {
        Map<String, String> wrong = Map.of(
                "{\"role\":\"read\"}", "name",
                "{\"name\":\"x\",\"role\":\"boss\"}", "role",
                "{\"name\":\" \",\"role\":\"read\"}", "name",
                "{\"name\":\"x\",\"role\":\"read\",\"restrict\":{}}", "restrict",
                "{\"name\":\"x\",\"role\":\"read\",\"restrict\":{\"users\":[]}}", "restrict.users",
                "{\"name\":\"x\",\"role\":\"read\",\"restrict\":{\"users\":[\"a\",\"\"]}}", "restrict.users[1]",
                "{\"name\":\"x\",\"role\":\"read\",\"expiresAt\":\"2020-01-01\"}", "expiresAt",
                "{\"name\":\"x\",\"role\":\"read\",\"rate\":{\"perSecond\":0,\"burst\":1}}", "rate.perSecond",
                "{\"name\":\"x\",\"role\":\"read\",\"rate\":{\"perSecond\":1}}", "rate.burst");
        wrong.forEach((body, field) -> {
            RestServer.Reply reply = rest.post("/api/v1/keys", body);
            assertThat(reply.status()).as(body).isEqualTo(400);
            assertThat(reply.field()).as(body).isEqualTo(field);
        });
        assertThat(rest.keys.list(dev.mneme.core.access.Caller.of(rest.keys.authenticate(rest.admin), null)))
                .hasSize(1);
    }

    @Test
    void aRepeatedKeyRequestMakesNoSecondKeyAndShowsNoSecret() {
        String body = "{\"name\":\"x\",\"role\":\"read\"}";
        RestServer.Reply first = rest.post("/api/v1/keys", body, "Idempotency-Key", "k1");
        assertThat(first.body().has("key")).isTrue();
        RestServer.Reply second = rest.post("/api/v1/keys", body, "Idempotency-Key", "k1");
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(second.body().path("id")).isEqualTo(first.body().path("id"));
        assertThat(second.body().has("key")).isFalse();
        RestServer.Reply other =
                rest.post("/api/v1/keys", "{\"name\":\"y\",\"role\":\"read\"}", "Idempotency-Key", "k1");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
        assertThat(rest.get("/api/v1/keys").body().path("items").size()).isEqualTo(2);
    }

    @Test
    void aRepeatedRequestIsAnsweredAsTheFirstWas() {
        String body = "{\"userId\":\"alice\",\"text\":\"likes tea\"}";
        RestServer.Reply first = rest.post(MEMORIES, body, "Idempotency-Key", "k1");
        RestServer.Reply second = rest.post(MEMORIES, body, "Idempotency-Key", "k1");
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(second.comparable()).isEqualTo(first.comparable());
        RestServer.Reply other =
                rest.post(MEMORIES, "{\"userId\":\"alice\",\"text\":\"likes milk\"}", "Idempotency-Key", "k1");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
        String memory = MEMORIES + "/" + first.body().path("memory").path("id").asText();
        RestServer.Reply patched = rest.patch(memory, "{\"text\":\"x\"}", "Idempotency-Key", "k2");
        assertThat(rest.patch(memory, "{\"text\":\"x\"}", "Idempotency-Key", "k2")
                        .comparable())
                .isEqualTo(patched.comparable());
        RestServer.Reply deleted = rest.delete(memory, "Idempotency-Key", "k3");
        RestServer.Reply deletedAgain = rest.delete(memory, "Idempotency-Key", "k3");
        assertThat(deletedAgain.comparable()).isEqualTo(deleted.comparable());
        assertThat(deletedAgain.header("Idempotency-Replayed")).isEqualTo("true");
        for (String junk : List.of("", "a b", "x".repeat(201))) {
            assertThat(rest.post(MEMORIES, body, "Idempotency-Key", junk).field())
                    .as(junk)
                    .isEqualTo("Idempotency-Key");
            assertThat(rest.post(MEMORIES + "/search", "{\"query\":\"x\"}", "Idempotency-Key", junk)
                            .field())
                    .as(junk)
                    .isEqualTo("Idempotency-Key");
        }
    }

    @Test
    void aRepeatedBatchIsReplayed() {
        String body = "{\"items\":[{\"userId\":\"alice\",\"text\":\"a\"},{\"userId\":\"bob\",\"text\":\"b\"}]}";
        RestServer.Reply first = rest.post(MEMORIES, body, "Idempotency-Key", "k1");
        RestServer.Reply second = rest.post(MEMORIES, body, "Idempotency-Key", "k1");
        assertThat(second.comparable()).isEqualTo(first.comparable());
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(first.body().path("items").findValuesAsText("event")).containsExactly("ADD", "ADD");
    }

    @Test
    void aPositionIsWaitedForOrRefused() {
        String id = rest.add("alice", "likes tea");
        String position = rest.get(MEMORIES + "/" + id).header("Mneme-Position");
        String list = MEMORIES + "?userId=alice";
        assertThat(rest.get(list, "Mneme-Position", position).status()).isEqualTo(200);
        String slot = position.substring(0, position.lastIndexOf(':') + 1);
        RestServer.Reply ahead = rest.get(list, "Mneme-Position", slot + "99");
        assertThat(ahead.status()).isEqualTo(503);
        assertThat(ahead.code()).isEqualTo("position_ahead");
        assertThat(ahead.header("Retry-After")).isEqualTo("1");
        assertThat(rest.get(list, "Mneme-Position", slot + "99", "Mneme-Consistency", "eventual")
                        .status())
                .isEqualTo(200);
        RestServer.Reply expired = rest.get(list, "Mneme-Position", "old" + position.substring(position.indexOf(':')));
        assertThat(expired.status()).isEqualTo(410);
        assertThat(expired.code()).isEqualTo("position_expired");
        assertThat(rest.get(MEMORIES + "?userId=bob", "Mneme-Position", position)
                        .field())
                .isEqualTo("Mneme-Position");
        assertThat(rest.get(MEMORIES, "Mneme-Position", position).status()).isEqualTo(400);
        assertThat(rest.get(list, "Mneme-Position", "junk").field()).isEqualTo("Mneme-Position");
        assertThat(rest.get(list, "Mneme-Consistency", "junk").field()).isEqualTo("Mneme-Consistency");
        assertThat(rest.get(list, "Mneme-Instance", "a b").field()).isEqualTo("Mneme-Instance");
        assertThat(rest.get(list, "Mneme-Instance", "x".repeat(129)).field()).isEqualTo("Mneme-Instance");
    }

    @Test
    void whatIsWrongIsNamed() {
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("", "body"),
                Map.entry("{", "body"),
                Map.entry("[]", "body"),
                Map.entry("null", "body"),
                Map.entry("{} {}", "body"),
                Map.entry("{\"userId\":\"a\"}", "text"),
                Map.entry("{\"userId\":\"a\",\"text\":null}", "text"),
                Map.entry("{\"userId\":\"a\",\"text\":7}", "text"),
                Map.entry("{\"userId\":7,\"text\":\"x\"}", "userId"),
                Map.entry("{\"text\":\"x\"}", "userId"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"colour\":1}", "colour"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"text\":\"y\"}", "text"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"metadata\":{\"a\":{\"b\":1,\"b\":2}}}", "metadata.a.b"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"metadata\":[]}", "metadata"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"metadata\":{\"n\":1e999999999}}", "metadata.n"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"metadata\":{\"n\":NaN}}", "body"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"metadata\":{\"s\":\"\\ud800\"}}", "metadata.s"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"categories\":[\"a\",1]}", "categories[1]"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"timestamp\":\"yesterday\"}", "timestamp"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"timestamp\":99999999999999999}", "timestamp"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"vector\":[]}", "vector"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"vector\":[1e99]}", "vector"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"vector\":[0,0]}", "vector"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"embedder\":\"e\"}", "embedder"),
                Map.entry("{\"userId\":\"a\",\"text\":\"x\",\"dedupe\":\"no\"}", "dedupe"),
                Map.entry("{\"text\":\"x\",\"items\":[{\"userId\":\"a\",\"text\":\"y\"}]}", "text"),
                Map.entry("{\"items\":[]}", "items"),
                Map.entry("{\"a\":".repeat(65) + "1" + "}".repeat(65), "a"));
        wrong.forEach((body, field) -> {
            RestServer.Reply reply = rest.post(MEMORIES, body);
            assertThat(reply.status()).as(body).isEqualTo(400);
            assertThat(reply.code()).as(body).isEqualTo("invalid_request");
            assertThat(reply.field()).as(body).isEqualTo(field);
            assertThat(reply.body().path("detail").asText()).as(body).isNotBlank();
        });
        String deep = "{\"userId\":\"a\",\"text\":\"x\",\"metadata\":{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}}";
        assertThat(rest.post(MEMORIES, deep).field()).isEqualTo("body");
        assertThat(rest.get(MEMORIES).body().path("items").size()).isZero();
    }

    @Test
    void whatIsTooLargeIsNamed() {
        String text = rest.post(MEMORIES, "{\"userId\":\"a\",\"text\":\"" + "x".repeat(65 << 10) + "\"}")
                .field();
        assertThat(text).isEqualTo("text");
        RestServer.Reply metadata = rest.post(
                MEMORIES, "{\"userId\":\"a\",\"text\":\"x\",\"metadata\":{\"m\":\"" + "x".repeat(65 << 10) + "\"}}");
        assertThat(metadata.status()).isEqualTo(413);
        assertThat(metadata.field()).isEqualTo("metadata");
        RestServer.Reply body = rest.post(MEMORIES, " ".repeat((8 << 20) + 1));
        assertThat(body.status()).isEqualTo(413);
        assertThat(body.code()).isEqualTo("too_large");
    }

    @Test
    void anUnrestrictedStatusCountsEverything() {
        rest.add("alice", "likes tea");
        JsonNode all = rest.get("/api/v1/status").body();
        assertThat(names(all))
                .containsExactly(
                        "version",
                        "uptimeSeconds",
                        "epoch",
                        "log",
                        "shards",
                        "owners",
                        "memories",
                        "sockets",
                        "indexBacklog",
                        "reembedding",
                        "storage",
                        "integrity");
        assertThat(names(all.path("integrity")))
                .containsExactly("checked", "problems", "unknown", "key", "anchor", "lastStop", "uncertainStops");
        assertThat(all.path("memories").asInt()).isEqualTo(1);
        String restricted = rest.key(Role.ADMIN, new Restriction(Map.of(OwnerKind.USER, Set.of("bob"))), null);
        JsonNode less = rest.send(restricted, "GET", "/api/v1/status", null).body();
        assertThat(names(less)).containsExactly("version", "uptimeSeconds", "epoch", "log", "onlyUser");
    }

    @Test
    void healthNamesItsParts() {
        assertThat(rest.send(null, "GET", "/health/live", null).body().toString())
                .isEqualTo("{\"status\":\"ok\",\"parts\":{\"process\":{\"status\":\"ok\",\"detail\":\"runs\"}}}");
        assertThat(rest.send(null, "GET", "/health/ready", null).status()).isEqualTo(200);
        rest.parts.set(Map.of("log", new Health.Part(false, "fsync failed"), "disk", new Health.Part(true, "ok")));
        RestServer.Reply failing = rest.send(null, "GET", "/health/ready", null);
        assertThat(failing.status()).isEqualTo(503);
        assertThat(failing.body().path("parts").path("log").path("status").asText())
                .isEqualTo("failing");
    }

    @Test
    void aKeyInTheUrlIsNoneButForEventStreams() {
        assertThat(rest.send(null, "GET", "/api/v1/memories?userId=alice&token=" + rest.admin, null)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void metricsNeedAKeyUnlessOpened() {
        assertThat(rest.send(null, "GET", "/metrics", null).status()).isEqualTo(401);
        String reader = rest.key(Role.READ, Restriction.NONE, null);
        RestServer.Reply metrics = rest.send(reader, "GET", "/metrics", null);
        assertThat(metrics.raw().body()).isEqualTo("mneme_up 1\n");
        assertThat(metrics.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    }

    @Test
    void pagesNeedNoKeyAndBringNothingFromElsewhere() {
        for (String path : List.of("/", "/docs", "/favicon.ico", "/openapi.json")) {
            RestServer.Reply page = rest.send(null, "GET", path, null);
            assertThat(page.status()).as(path).isEqualTo(200);
            assertThat(page.raw().body()).as(path).doesNotContain("<script", "src=\"http", "href=\"http");
        }
        assertThat(rest.send(null, "GET", "/", null).raw().body()).contains("/docs", "/openapi.json", "curl");
        assertThat(rest.send(null, "GET", "/docs", null).raw().body())
                .contains("/api/v1/memories/{id}/history", "id=\"version_conflict\"");
    }
}
