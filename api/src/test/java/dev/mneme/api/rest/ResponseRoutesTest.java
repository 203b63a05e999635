package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import dev.mneme.testkit.Fixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The response audit over REST: recorded once, found by its parts, added up, and handed out whole.
@Timeout(120)
class ResponseRoutesTest {
    private static final String RESPONSES = "/api/v1/responses";
    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    private static ObjectNode response(String chat, String message) {
        return RestServer.JSON
                .createObjectNode()
                .put("userId", "alice")
                .put("chatId", chat)
                .put("messageId", message)
                .put("sourceType", "external")
                .put("provider", "acme")
                .put("model", "large")
                .put("responseHash", "h");
    }

    private static ObjectNode withMetadata(ObjectNode response, String metadata) {
        response.set("metadata", RestServer.read(metadata));
        return response;
    }

    private RestServer.Reply record(ObjectNode response, String... headers) {
        return rest.post(RESPONSES, response.toString(), headers);
    }

    private List<String> messages(String query) {
        RestServer.Reply reply = rest.get(RESPONSES + "?userId=alice" + query);
        assertThat(reply.status()).as(query).isEqualTo(200);
        return texts(reply.body().path("items"), "messageId");
    }

    private static List<String> texts(JsonNode items, String field) {
        return StreamSupport.stream(items.spliterator(), false)
                .map(item -> item.path(field).asText())
                .toList();
    }

    @Test
    void anAnswerIsRecordedOnce() {
        RestServer.Reply first = record(response("c", "m").put("confidence", 0.5), "Mneme-Instance", "desk");

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.body().path("event").asText()).isEqualTo("ADD");
        JsonNode recorded = first.body().path("response");
        assertThat(recorded.path("instanceId").asText()).isEqualTo("desk");
        assertThat(recorded.path("confidence").asDouble()).isEqualTo(0.5);
        assertThat(recorded.path("mode").isNull()).isTrue();
        RestServer.Reply again = record(response("c", "m"), "Mneme-Instance", "phone");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body().path("event").asText()).isEqualTo("NONE");
        assertThat(again.body().path("response")).isEqualTo(recorded);
        assertThat(again.header("Mneme-Position")).isEqualTo(first.header("Mneme-Position"));
    }

    @Test
    void idsThatCameAsNumbersGoOutAsNumbersAtEveryRoute() {
        RestServer.Reply first = record(response("12", "m").put("chatId", 12));
        record(response("13", "34").put("messageId", 34));

        for (JsonNode shown : List.of(
                first.body(),
                rest.get(RESPONSES + "?userId=alice&chatId=12").body(),
                RestServer.read(rest.get(RESPONSES + "/export?userId=alice&chatId=12&format=jsonl")
                        .raw()
                        .body()
                        .lines()
                        .findFirst()
                        .orElseThrow()))) {
            assertThat(shown.findValue("chatId").isIntegralNumber())
                    .as(shown.toString())
                    .isTrue();
            assertThat(shown.findValue("messageId").isTextual())
                    .as(shown.toString())
                    .isTrue();
        }
        JsonNode second = rest.get(RESPONSES + "?userId=alice&chatId=13").body().at("/items/0");
        assertThat(second.path("chatId").isTextual()).isTrue();
        assertThat(second.path("messageId").isIntegralNumber()).isTrue();
        assertThat(record(response("12", "m").put("chatId", 12.5)).field()).isEqualTo("chatId");
    }

    @Test
    void anotherHashIsAConflictThatShowsWhatIsRecorded() {
        record(response("c", "m"));

        RestServer.Reply conflict = record(response("c", "m").put("responseHash", "other"));

        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.code()).isEqualTo("version_conflict");
        assertThat(conflict.body().path("current").path("responseHash").asText())
                .isEqualTo("h");
        assertThat(conflict.body().path("currentVersion").asInt()).isEqualTo(1);
    }

    @Test
    void aRepeatUnderOneIdempotencyKeyIsTheFirstAnswer() {
        RestServer.Reply first = record(response("c", "m"), "Idempotency-Key", "k");
        RestServer.Reply again = record(response("c", "m"), "Idempotency-Key", "k");

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.raw().body()).isEqualTo(first.raw().body());
    }

    @Test
    void whatIsWrongIsNamed() {
        String control = "a\u0001b";
        assertThat(record(response(control, "m")).field()).isEqualTo("chatId");
        assertThat(record(response("c", control)).field()).isEqualTo("messageId");
        assertThat(record(response("c", "m").put("provider", control)).field()).isEqualTo("provider");
        assertThat(record(response("c", "m").put("model", control)).field()).isEqualTo("model");
        assertThat(record(response("c", "m").put("responseHash", control)).field())
                .isEqualTo("responseHash");
        assertThat(record(response("c", "m").put("instanceId", control)).field())
                .isEqualTo("instanceId");
        assertThat(record(response("c", "m").put("userId", control)).field()).isEqualTo("userId");
        RestServer.Reply large = record(withMetadata(response("c", "m"), "{\"a\":\"" + "x".repeat(66_000) + "\"}"));
        assertThat(large.code()).isEqualTo("too_large");
        assertThat(large.field()).isEqualTo("metadata");
        for (String route : List.of("", "/totals", "/export")) {
            assertThat(rest.get(RESPONSES + route).field()).as(route).isEqualTo("userId");
            assertThat(rest.get(RESPONSES + route + "?userId=alice&since=soon").field())
                    .isEqualTo("since");
        }
        assertThat(messages("")).isEmpty();
    }

    @Test
    void eachFilterNarrowsTheList() {
        record(response("c1", "1").put("mode", "inspired").put("timestamp", "2026-01-01T00:00:00Z"));
        record(response("c2", "2").put("provider", "other").put("timestamp", "2026-01-02T00:00:00Z"));
        record(response("c2", "3").put("model", "small").put("timestamp", "2026-01-03T00:00:00Z"));
        record(response("c2", "4").put("sourceType", "local").put("instanceId", "phone"));
        record(withMetadata(response("c2", "5"), "{\"mcpToolsUsed\":[\"files\",{\"name\":\"web\"},7]}"));

        assertThat(messages("")).containsExactly("5", "4", "3", "2", "1");
        assertThat(messages("&order=recorded")).containsExactly("1", "2", "3", "4", "5");
        assertThat(messages("&chatId=c1")).containsExactly("1");
        assertThat(messages("&messageId=2")).containsExactly("2");
        assertThat(messages("&mode=inspired")).containsExactly("1");
        assertThat(messages("&provider=other")).containsExactly("2");
        assertThat(messages("&model=small")).containsExactly("3");
        assertThat(messages("&sourceType=local")).containsExactly("4");
        assertThat(messages("&instanceId=phone")).containsExactly("4");
        assertThat(messages("&tool=web")).containsExactly("5");
        assertThat(messages("&tool=files&provider=other")).isEmpty();
        assertThat(messages("&until=2026-01-02T00:00:00Z")).containsExactly("5", "4", "1");
        assertThat(messages("&since=2026-01-02&until=2026-01-03&order=recorded"))
                .containsExactly("2");
    }

    @Test
    void pagesJoinToTheWholeInBothOrders() {
        for (int i = 0; i < 7; i++) {
            record(response(i % 3 == 0 ? "other" : "c", "m" + i));
            rest.add("alice", "between " + i);
        }
        for (String order : List.of("recorded", "-recorded")) {
            String query = RESPONSES + "?userId=alice&chatId=c&limit=2&order=" + order;
            List<String> all = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = rest.get(query + cursor).body();
                assertThat(page.path("items").size()).isBetween(1, 2);
                all.addAll(texts(page.path("items"), "messageId"));
                cursor = page.path("nextCursor").isNull()
                        ? ""
                        : "&cursor=" + page.path("nextCursor").asText();
            } while (!cursor.isEmpty());
            List<String> expected = List.of("m1", "m2", "m4", "m5");
            assertThat(all).isEqualTo(order.equals("recorded") ? expected : expected.reversed());
        }
        assertThat(rest.get(RESPONSES + "?userId=alice&cursor=x").field()).isEqualTo("cursor");
        assertThat(rest.get(RESPONSES + "?userId=alice&order=recorded&cursor=n5")
                        .field())
                .isEqualTo("cursor");
    }

    private void priced() {
        record(withMetadata(
                response("c", "1").put("confidence", 0.5).put("timestamp", "2026-03-01T23:59:59.999Z"),
                "{\"promptTokens\":1000000,\"completionTokens\":100000,\"mcpToolsUsed\":[\"files\",\"web\",\"web\"]}"));
        record(withMetadata(
                response("c", "2").put("confidence", 1).put("timestamp", "2026-03-02T00:00:00Z"),
                "{\"promptTokens\":10,\"completionTokens\":5,\"totalTokens\":20,\"cost\":0.1,"
                        + "\"mcpToolsUsed\":[\"web\"]}"));
        record(withMetadata(
                response("c", "3")
                        .put("model", "unknown")
                        .put("mode", "parallel")
                        .put("timestamp", "2026-03-02"),
                "{\"promptTokens\":7,\"completionTokens\":-1,\"cost\":\"free\"}"));
        record(response("d", "4").put("timestamp", "2026-03-03"));
    }

    private JsonNode totals(String query) {
        RestServer.Reply reply = rest.get(RESPONSES + "/totals?userId=alice" + query);
        assertThat(reply.status()).isEqualTo(200);
        return reply.body();
    }

    @Test
    void totalsAddUpAnswersTokensAndCost() {
        priced();

        JsonNode total = totals("").path("total");

        assertThat(total.path("responses").asLong()).isEqualTo(4);
        assertThat(total.path("meanConfidence").asDouble()).isEqualTo(0.75);
        assertThat(total.path("promptTokens").asLong()).isEqualTo(1_000_017);
        assertThat(total.path("completionTokens").asLong()).isEqualTo(100_005);
        assertThat(total.path("totalTokens").asLong()).isEqualTo(1_100_000 + 20 + 7);
        assertThat(total.path("cost").asDouble()).isEqualTo(3 + 1.5 + 0.1); // 3 and 15 a million tokens
        assertThat(total.path("unpriced").asLong()).isEqualTo(2);
        assertThat(totals("&chatId=d").path("total").path("meanConfidence").isNull())
                .isTrue();
        assertThat(totals("&chatId=none").path("groups").size()).isZero();
    }

    @Test
    void totalsAreGroupedByEachKey() {
        priced();

        assertThat(groups("provider")).containsExactly("acme 4");
        assertThat(groups("model")).containsExactly("large 3", "unknown 1");
        assertThat(groups("mode")).containsExactly("null 3", "parallel 1");
        assertThat(groups("sourceType")).containsExactly("external 4");
        assertThat(groups("tool")).containsExactly("web 2", "null 2", "files 1");
        assertThat(groups("day")).containsExactly("2026-03-01 1", "2026-03-02 2", "2026-03-03 1");
        assertThat(totals("").path("by").asText()).isEqualTo("model");
    }

    private List<String> groups(String by) {
        return StreamSupport.stream(totals("&by=" + by).path("groups").spliterator(), false)
                .map(group -> group.path("key").asText() + " "
                        + group.path("sum").path("responses").asText())
                .toList();
    }

    @Test
    void theCsvIsWhatAnAuditorCanOpen() {
        record(withMetadata(
                response("=1+1", "a,b")
                        .put("confidence", 0.25)
                        .put("provider", "-x")
                        .put("model", "he said \"no\""),
                "{\"ü\":\"=SUM(A1)\"}"));
        record(response(" @x", "\uff1dwide").put("timestamp", "2026-01-02").put("responseHash", "sha256:5f"));

        RestServer.Reply export = rest.get(RESPONSES + "/export?userId=alice");

        assertThat(export.header("Content-Type")).startsWith("text/csv").contains("utf-8");
        assertThat(export.header("Content-Disposition")).isEqualTo("attachment; filename=\"responses.csv\"");
        assertThat(export.raw().body().split("\r\n", -1))
                .containsExactly(
                        "userId,instanceId,chatId,messageId,mode,sourceType,provider,model,confidence,responseHash,"
                                + "timestamp,metadata",
                        "alice,key:" + keyId() + ",'=1+1,\"a,b\",,external,'-x,\"he said \"\"no\"\"\",0.25,h,"
                                + "2026-01-01T08:00:00.000Z,\"{\"\"ü\"\":\"\"=SUM(A1)\"\"}\"",
                        "alice,key:" + keyId() + ",' @x,'\uff1dwide,,external,acme,large,,sha256:5f,"
                                + "2026-01-02T00:00:00.000Z,{}",
                        "");
    }

    private String keyId() {
        return rest.keys.authenticate(rest.admin).id();
    }

    @Test
    void anExportIsWholeAcrossPagesAndFiltered() {
        for (int i = 0; i < 1_203; i++) {
            record(response(i % 2 == 0 ? "c" : "d", "m" + i));
        }

        RestServer.Reply all = rest.get(RESPONSES + "/export?userId=alice&format=jsonl");
        List<String> lines = all.raw().body().lines().toList();

        assertThat(lines).hasSize(1_203);
        assertThat(RestServer.read(lines.getFirst()).path("messageId").asText()).isEqualTo("m0");
        assertThat(RestServer.read(lines.getLast()).path("messageId").asText()).isEqualTo("m1202");
        rest.contract.requireValid("ResponseResource", lines.get(600), "a line");
        assertThat(rest.get(RESPONSES + "/export?userId=alice&format=jsonl&chatId=d")
                        .raw()
                        .body()
                        .lines())
                .hasSize(601);
        RestServer.Reply none = rest.get(RESPONSES + "/export?userId=nobody&format=jsonl");
        assertThat(none.status()).isEqualTo(200);
        assertThat(none.raw().body()).isEmpty();
    }

    @Test
    void theAuditIsItsUsersAlone() {
        record(response("c", "m"));
        String bobs = rest.key(Role.ADMIN, Fixtures.only(OwnerKind.USER, "bob"), null);
        String bots = rest.key(Role.ADMIN, Fixtures.only(OwnerKind.AGENT, "bot"), null);
        String reader = rest.key(Role.READ, Fixtures.only(OwnerKind.USER, "alice"), null);

        for (String key : List.of(bobs, bots)) {
            for (String route : List.of("", "/totals", "/export")) {
                assertThat(rest.send(key, "GET", RESPONSES + route + "?userId=alice", null)
                                .code())
                        .as(route)
                        .isEqualTo("not_allowed");
            }
            assertThat(rest.send(key, "POST", RESPONSES, response("c", "x").toString())
                            .code())
                    .isEqualTo("not_allowed");
        }
        assertThat(rest.send(reader, "GET", RESPONSES + "?userId=alice", null)
                        .body()
                        .path("items")
                        .size())
                .isOne();
        assertThat(rest.send(reader, "POST", RESPONSES, response("c", "x").toString())
                        .code())
                .isEqualTo("not_allowed");
        assertThat(rest.get(RESPONSES + "?userId=bob").body().path("items").size())
                .isZero();
    }
}
