package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.testkit.ScriptedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Adds of which a language model finds the facts, from mem0's door to the store and back, with a model behind HTTP.
final class ExtractionPathTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ADD = "/v3/memories/add/";

    @TempDir
    static Path home;

    private static ScriptedModel model;
    private static RunningServer server;

    @BeforeAll
    static void start() {
        model = ScriptedModel.verbatim();
        server = RunningServer.on(
                home,
                "--extraction.kind",
                "openai",
                "--extraction.model",
                "small",
                "--extraction.url",
                model.address().toString(),
                "--extraction.tries",
                "2");
    }

    @AfterAll
    static void stop() {
        server.close();
        model.close();
    }

    @BeforeEach
    void eachMessageIsAFact() {
        model.say(ScriptedModel::verbatim);
    }

    private static String body(String user, String more, String... texts) {
        ObjectNode body = Api.JSON.createObjectNode().put("user_id", user);
        for (String text : texts) {
            body.withArray("messages").addObject().put("role", "user").put("content", text);
        }
        String json = body.toString();
        return more.isEmpty() ? json : json.substring(0, json.length() - 1) + "," + more + "}";
    }

    /// Adds and waits for the result.
    private static JsonNode add(String user, String more, String... texts) {
        String all = "\"async_mode\":false" + (more.isEmpty() ? "" : "," + more);
        Api.Reply reply = server.admin().post(ADD, body(user, all, texts));
        assertThat(reply.status()).as(reply.raw().body()).isEqualTo(200);
        return reply.json();
    }

    private static JsonNode added(String user, String... texts) {
        JsonNode answer = add(user, "", texts);
        assertThat(answer.path("status").asText()).as(answer.toString()).isEqualTo("SUCCEEDED");
        return answer;
    }

    private static JsonNode event(Api api, String id) {
        return api.get("/v1/event/" + id + "/").json();
    }

    private static JsonNode awaitState(String id, String state) {
        return await().atMost(PATIENCE)
                .until(
                        () -> event(server.admin(), id),
                        event -> event.path("status").asText().equals(state));
    }

    private static List<String> texts(String user) {
        return texts(server.admin(), user);
    }

    /// The texts of all that a user has, the superseded too, oldest first.
    private static List<String> texts(Api api, String user) {
        return api.list("limit=1000&order=createdAt&userId=" + user).texts();
    }

    private static List<String> each(JsonNode list, String member) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(item -> item.path(member).asText())
                .toList();
    }

    /// Finds one fact, and decides it as it is told.
    private static ScriptedModel.Script deciding(String fact, String event, String memory, String text) {
        return asked ->
                asked.decides() ? ScriptedModel.decision(asked, event, memory, text) : ScriptedModel.facts(fact);
    }

    @Test
    void anAddIsPendingAndItsEventTellsTheResult() {
        Api.Reply reply = server.admin().post(ADD, body("pending", "", "I moved to Lisbon", "I have a cat"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("status").asText()).isEqualTo("PENDING");
        assertThat(reply.json().has("results")).isFalse();
        JsonNode event = awaitState(reply.json().path("event_id").asText(), "SUCCEEDED");
        assertThat(each(event.path("results"), "memory")).containsExactly("I moved to Lisbon", "I have a cat");
        assertThat(each(event.path("results"), "event")).containsExactly("ADD", "ADD");
        assertThat(event.path("payload").isEmpty()).as("no text is kept").isTrue();
        assertThat(event.path("completed_at").asText()).isNotEmpty();
        assertThat(texts("pending")).containsExactly("I moved to Lisbon", "I have a cat");
        assertThat(each(server.admin().get("/v1/events/?page_size=200").json().path("results"), "id"))
                .contains(event.path("id").asText());
    }

    @Test
    void whoWaitsIsToldTheResultByEachDoor() {
        assertThat(each(added("waits", "I like tea").path("results"), "memory")).containsExactly("I like tea");

        Api.Reply server1 = server.admin().post("/memories", body("waits", "", "I like chess"));
        assertThat(each(server1.json().path("results"), "memory")).containsExactly("I like chess");

        Api.Reply first = server.admin().post("/v1/memories/", body("waits", "", "I like rain"));
        assertThat(first.json().at("/0/status").asText()).isEqualTo("PENDING");
        awaitState(first.json().at("/0/event_id").asText(), "SUCCEEDED");
        assertThat(texts("waits")).containsExactly("I like tea", "I like chess", "I like rain");
    }

    @Test
    void aFactKeepsTheSpeakerTheTimeAndTheIdsOfItsMessage() {
        String messages = "{\"messages\":[{\"role\":\"user\",\"name\":\"Ana\",\"content\":\"I swim\"},"
                + "{\"role\":\"assistant\",\"name\":\"Bob\",\"content\":\"I run\"}],\"user_id\":\"speakers\",\"run_id\":\"r1\","
                + "\"timestamp\":1700000000,\"metadata\":{\"a\":1},\"async_mode\":false,\"expiration_date\":\"2099-01-01\"}";

        server.admin().post(ADD, messages);

        JsonNode items =
                server.admin().list("userId=speakers&order=createdAt").json().path("items");
        assertThat(each(items, "text")).containsExactly("I swim", "I run");
        assertThat(each(items, "role")).containsExactly("user", "assistant");
        assertThat(each(items, "runId")).containsOnly("r1");
        assertThat(each(items, "timestamp")).containsOnly("2023-11-14T22:13:20.000Z");
        assertThat(items.at("/0/metadata/a").asInt()).isEqualTo(1);
        assertThat(items.at("/0/expiresAt").asText()).startsWith("2099-01-0");
        JsonNode found = server.admin()
                .search("{\"query\":\"what does Ana do?\",\"userId\":\"speakers\",\"explain\":true}")
                .json();
        assertThat(found.at("/results/0/memory/text").asText())
                .as("Ana is the speaker of the one")
                .isEqualTo("I swim");
    }

    @Test
    void anUpdateSupersedesAndTheOldFactStays() {
        added("moves", "I live in Oslo");
        model.say(deciding("I live in Lisbon", "UPDATE", "I live in Oslo", "I moved from Oslo to Lisbon"));

        JsonNode answer = added("moves", "I moved to Lisbon");

        assertThat(answer.at("/results/0/event").asText()).isEqualTo("UPDATE");
        String now = answer.at("/results/0/id").asText();
        JsonNode items =
                server.admin().list("userId=moves&order=createdAt").json().path("items");
        assertThat(each(items, "text")).containsExactly("I live in Oslo", "I moved from Oslo to Lisbon");
        assertThat(items.at("/0/replacedBy").asText()).isEqualTo(now);
        assertThat(items.at("/0/version").asInt()).isEqualTo(2);
        assertThat(found("moves", "")).containsExactlyInAnyOrder("I live in Oslo", "I moved from Oslo to Lisbon");
        assertThat(found("moves", ",\"latest_only\":true")).containsExactly("I moved from Oslo to Lisbon");

        Api.Reply deleted = server.admin().delete("/v1/memories/" + now + "/?delete_linked=true");
        assertThat(deleted.json().path("cascade_count").asInt()).isEqualTo(1);
        assertThat(texts("moves")).isEmpty();
    }

    private static List<String> found(String user, String more) {
        return each(
                server.admin()
                        .post(
                                "/v3/memories/search/",
                                "{\"query\":\"Oslo Lisbon live\",\"filters\":{\"user_id\":\"" + user + "\"}" + more
                                        + "}")
                        .json()
                        .path("results"),
                "memory");
    }

    @Test
    void aDeletedFactGoesAndWhatIsKnownIsNotAddedAgain() {
        added("forgets", "I like tea", "I like tea in the morning");
        model.say(deciding("I do not like tea", "DELETE", "I like tea", ""));

        JsonNode answer = added("forgets", "I stopped to like tea");

        assertThat(answer.at("/results/0/event").asText()).isEqualTo("DELETE");
        assertThat(answer.at("/results/0/memory").asText()).isEqualTo("I like tea");
        assertThat(texts("forgets")).containsExactly("I like tea in the morning");

        model.say(deciding("tea in the morning", "NONE", "", ""));
        assertThat(added("forgets", "tea in the morning").path("results")).isEmpty();
        model.say(ScriptedModel::verbatim);
        assertThat(added("forgets", "I like tea in the morning").path("results"))
                .as("the model says ADD, but it is there word for word")
                .isEmpty();
        assertThat(texts("forgets")).containsExactly("I like tea in the morning");
    }

    @Test
    void aChangeMeanwhileMakesItDecideAgain() {
        String tea = added("races", "I like tea").at("/results/0/id").asText();
        AtomicInteger rounds = new AtomicInteger();
        model.say(asked -> {
            if (!asked.decides()) {
                return ScriptedModel.facts("I like green tea");
            }
            if (rounds.incrementAndGet() == 1) {
                server.admin().patch(tea, "{\"text\":\"I like black tea\"}");
                return ScriptedModel.decision(asked, "UPDATE", "I like tea", "I like tea, green");
            }
            return ScriptedModel.decision(asked, "UPDATE", "I like black tea", "I like black and green tea");
        });

        added("races", "green tea is fine");

        assertThat(rounds).hasValue(2);
        assertThat(texts("races")).containsExactly("I like black tea", "I like black and green tea");
    }

    @Test
    void aFactThatSomebodyAddsMeanwhileIsNotThereTwice() {
        added("twins", "I like tea");
        AtomicInteger rounds = new AtomicInteger();
        model.say(asked -> {
            if (!asked.decides()) {
                return ScriptedModel.facts("I like chess");
            }
            if (rounds.incrementAndGet() == 1) {
                server.admin().post(Api.MEMORIES, "{\"userId\":\"twins\",\"text\":\"I like chess\",\"role\":\"user\"}");
            }
            return "{\"decisions\":[]}";
        });

        assertThat(added("twins", "chess!").path("results")).isEmpty();
        assertThat(texts("twins")).containsExactly("I like tea", "I like chess");
    }

    @Test
    void theLastMessagesOfASessionAreSeenByTheNextAndByNoOther() {
        add("sessions", "\"run_id\":\"r1\"", "My sister is Eva");
        add("sessions", "\"run_id\":\"r2\"", "Something else");
        int before = model.asked().size();
        add("sessions", "\"run_id\":\"r1\"", "She lives in Rome");

        assertThat(model.asked().get(before).texts("earlier")).containsExactly("My sister is Eva");
        assertThat(model.asked().get(before).texts("messages")).containsExactly("She lives in Rome");

        server.admin().delete("/v1/memories/?user_id=sessions&run_id=r1");
        int after = model.asked().size();
        add("sessions", "\"run_id\":\"r1\"", "It rains");
        assertThat(model.asked().get(after).texts("earlier"))
                .as("the session went with its memories")
                .isEmpty();
        int other = model.asked().size();
        add("sessions", "\"run_id\":\"r2\"", "And more");
        assertThat(model.asked().get(other).texts("earlier")).containsExactly("Something else");
    }

    @Test
    void memoriesOfOtherIdsAreNotShown() {
        add("scopes", "\"app_id\":\"a1\"", "The code is 1234");
        int before = model.asked().size();

        add("scopes", "", "The code is secret");
        add("scopes", "\"app_id\":\"a2\"", "The code is long");
        added("scopes-2", "The code is mine");

        assertThat(model.asked().subList(before, model.asked().size()))
                .noneMatch(asked -> asked.data().toString().contains("1234"));
    }

    @Test
    void whatFailsIsTriedAgainAndTheMessagesAreKeptMeanwhile() throws InterruptedException {
        CountDownLatch failedOnce = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        model.say(asked -> {
            if (calls.incrementAndGet() == 1) {
                failedOnce.countDown();
                return "I would rather not.";
            }
            return ScriptedModel.verbatim(asked);
        });

        String id = server.admin()
                .post(ADD, body("retries", "", "I like tea"))
                .json()
                .path("event_id")
                .asText();
        assertThat(failedOnce.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        JsonNode done = awaitState(id, "SUCCEEDED");
        assertThat(done.at("/metadata/failed_attempts").asInt()).isEqualTo(1);
        assertThat(texts("retries")).containsExactly("I like tea");
    }

    @Test
    void whatFailsAgainAndAgainIsGivenUpWithTheReasonAndCanBeTriedAgain() {
        model.fail(500, 500);

        JsonNode answer = add("gives-up", "", "I like tea");

        assertThat(answer.path("status").asText()).isEqualTo("FAILED");
        assertThat(answer.path("message").asText()).contains("service failed");
        String id = answer.path("event_id").asText();
        JsonNode event = event(server.admin(), id);
        assertThat(event.path("status").asText()).isEqualTo("FAILED");
        assertThat(event.at("/metadata/reason").asText()).contains("service failed");
        assertThat(event.at("/payload/messages/0/content").asText()).isEqualTo("I like tea");
        assertThat(texts("gives-up")).isEmpty();

        assertThat(server.admin().post("/v1/event/" + id + "/retry/", "").status())
                .isEqualTo(200);
        awaitState(id, "SUCCEEDED");
        assertThat(texts("gives-up")).containsExactly("I like tea");
        assertThat(server.admin().post("/v1/event/" + id + "/retry/", "").status())
                .as("it has not failed")
                .isEqualTo(400);
        assertThat(server.admin().delete("/v1/event/" + id + "/").status()).isEqualTo(200);
        assertThat(server.admin().get("/v1/event/" + id + "/").status()).isEqualTo(404);
        assertThat(texts("gives-up")).as("its memories stay").containsExactly("I like tea");
    }

    @Test
    void mem0sServerAnswersAFailureAsAnError() {
        model.fail(401, 401);

        Api.Reply reply = server.admin().post("/memories", body("errors", "", "I like tea"));

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.json().path("detail").asText())
                .contains("refused the key")
                .contains("/retry/");
    }

    @Test
    void anEventIsItsKeysAndTheOperators() {
        Api mine = server.key("write", "");
        Api other = server.key("write", "");
        String id = mine.post(ADD, body("events", "", "I like tea"))
                .json()
                .path("event_id")
                .asText();
        awaitState(id, "SUCCEEDED");

        assertThat(event(mine, id).path("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(other.get("/v1/event/" + id + "/").status()).isEqualTo(404);
        assertThat(other.delete("/v1/event/" + id + "/").status()).isEqualTo(404);
        assertThat(other.post("/v1/event/" + id + "/retry/", "").status()).isEqualTo(404);
        assertThat(each(other.get("/v1/events/").json().path("results"), "id")).doesNotContain(id);
    }

    @Test
    void aKeyMayNotAddForOthers() {
        Api restricted = server.key("write", "{\"users\":[\"only-me\"]}");

        assertThat(restricted.post(ADD, body("somebody", "", "I like tea")).status())
                .isEqualTo(403);
        assertThat(restricted
                        .post(ADD, body("only-me", "\"async_mode\":false", "I like tea"))
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("SUCCEEDED");
        assertThat(server.key("read", "").post(ADD, body("somebody", "", "x")).status())
                .isEqualTo(403);
        assertThat(texts("somebody")).isEmpty();
    }

    @Test
    void aRepeatedRequestIsTheSameExtraction() {
        String body = body("repeats", "\"async_mode\":false", "I like tea");

        Api.Reply first = server.admin().post(ADD, body, "Idempotency-Key", "k-1");
        Api.Reply again = server.admin().post(ADD, body, "Idempotency-Key", "k-1");
        Api.Reply another = server.admin()
                .post(ADD, body("repeats", "\"async_mode\":false", "I like coffee"), "Idempotency-Key", "k-1");

        assertThat(again.json().path("event_id")).isEqualTo(first.json().path("event_id"));
        assertThat(another.status()).isEqualTo(422);
        assertThat(texts("repeats")).containsExactly("I like tea");
    }

    @Test
    void allThatFailedIsTriedAgainOrForgottenAtOnce() {
        Api mine = server.key("write", "");
        model.fail(500, 500);
        String first = mine.post(ADD, body("bulk", "\"async_mode\":false", "one"))
                .json()
                .path("event_id")
                .asText();
        assertThat(event(mine, first).path("status").asText()).isEqualTo("FAILED");

        assertThat(mine.post("/v1/events/retry/", "").json().path("message").asText())
                .startsWith("1 failed");

        awaitState(first, "SUCCEEDED");
        model.fail(500, 500);
        String second = mine.post(ADD, body("bulk", "\"async_mode\":false", "two"))
                .json()
                .path("event_id")
                .asText();
        assertThat(mine.delete("/v1/events/").json().path("message").asText()).startsWith("1 failed");
        assertThat(mine.get("/v1/event/" + second + "/").status()).isEqualTo(404);
        assertThat(event(mine, first).path("status").asText()).isEqualTo("SUCCEEDED");
    }

    @Test
    void factsComeInTheOrderOfTheirMessages() {
        model.say(asked -> asked.decides()
                ? "{\"decisions\":[]}"
                : "{\"facts\":[{\"text\":\"second\",\"message\":1},{\"text\":\"first\",\"message\":0}]}");

        added("sorted", "a", "b");

        assertThat(texts("sorted")).containsExactly("first", "second");
    }

    @Test
    void whatIsWrongIsRefusedAtOnce() {
        assertThat(server.admin()
                        .post(ADD, body("bad", "\"async_mode\":\"no\"", "I like tea"))
                        .status())
                .isEqualTo(400);
        assertThat(server.admin()
                        .post(ADD, body("bad", "\"custom_instructions\":5", "x"))
                        .status())
                .isEqualTo(400);
        Api.Reply large = server.admin()
                .post(
                        ADD,
                        body(
                                "bad",
                                "",
                                "x".repeat(60_000),
                                "y".repeat(60_000),
                                "z".repeat(60_000),
                                "a".repeat(60_000),
                                "b".repeat(60_000)));
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.json().path("detail").asText()).contains("in parts");
        assertThat(server.admin().get("/v1/event/not-an-id/").status()).isEqualTo(400);
        assertThat(server.admin()
                        .get("/v1/event/01234567-89ab-8def-8123-456789abcdef/")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void whatIsDeletedBeforeItsTurnIsNotDone() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        model.say(request -> {
            asked.countDown();
            go.await();
            return ScriptedModel.verbatim(request);
        });
        String first = server.admin()
                .post(ADD, body("cancels", "", "one"))
                .json()
                .path("event_id")
                .asText();
        assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String second = server.admin()
                .post(ADD, body("cancels", "", "two"))
                .json()
                .path("event_id")
                .asText();
        assertThat(event(server.admin(), first).path("status").asText()).isEqualTo("RUNNING");
        assertThat(event(server.admin(), second).path("status").asText()).isEqualTo("PENDING");

        server.admin().delete("/v1/memories/?user_id=cancels");
        go.countDown();

        added("cancels", "three");
        assertThat(texts("cancels")).containsExactly("three");
        assertThat(server.admin().get("/v1/event/" + second + "/").status()).isEqualTo(404);
    }

    @Test
    void eachOwnersMessagesAreReadInTheirOrder() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ids.add(server.admin()
                    .post(ADD, body("orders", "\"run_id\":\"r1\"", "message " + i))
                    .json()
                    .path("event_id")
                    .asText());
        }
        ids.forEach(id -> awaitState(id, "SUCCEEDED"));

        assertThat(texts("orders"))
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> "message " + i).toList());
    }

    @Test
    void erasureTakesTheMessagesToo() {
        model.fail(500, 500);
        JsonNode answer = add("erased", "", "My number is 4711");
        String id = answer.path("event_id").asText();

        assertThat(server.admin()
                        .delete(Api.MEMORIES + "?userId=erased&erase=true")
                        .status())
                .isEqualTo(200);

        assertThat(server.admin().get("/v1/event/" + id + "/").status()).isEqualTo(404);
    }

    @Test
    void theProjectsInstructionsReachTheModel() {
        String project = "/api/v1/orgs/organizations/default/projects/default/";
        server.admin()
                .call(
                        "PATCH",
                        project,
                        "{\"custom_instructions\":\"Only hobbies.\",\"custom_categories\":[{\"hobby\":\"what they do\"}]}");
        int before = model.asked().size();

        add("instructed", "\"custom_instructions\":\"In English.\",\"excludes\":\"food\"", "I like tea");

        ScriptedModel.Asked asked = model.asked().get(before);
        assertThat(asked.instructions()).contains("Only hobbies.", "In English.", "Keep no facts about: food");
        assertThat(asked.data().at("/categories/0/name").asText()).isEqualTo("hobby");
        server.admin().call("PATCH", project, "{\"custom_instructions\":null,\"custom_categories\":null}");
    }
}
