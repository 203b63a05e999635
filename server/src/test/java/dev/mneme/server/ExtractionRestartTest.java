package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.testkit.ScriptedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a conversation told is not lost when the server stops or dies, whatever the model was doing.
final class ExtractionRestartTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String ADD = "/v3/memories/add/";

    @TempDir
    Path home;

    private static String[] flags(ScriptedModel model) {
        return new String[] {
            "--extraction.kind",
            "ollama",
            "--extraction.model",
            "small",
            "--extraction.url",
            model.address().toString()
        };
    }

    private static String body(String user, String text) {
        return "{\"user_id\":\"" + user + "\",\"run_id\":\"r1\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text
                + "\"}]}";
    }

    @Test
    void whatWaitedIsDoneAfterARestart() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        try (ScriptedModel model = new ScriptedModel(request -> {
                    asked.countDown();
                    never.await();
                    return "";
                });
                RunningServer server = RunningServer.on(home, flags(model))) {
            List<String> ids = IntStream.range(0, 5)
                    .mapToObj(i -> server.admin().post(ADD, body("alice", "fact " + i)))
                    .peek(reply ->
                            assertThat(reply.json().path("status").asText()).isEqualTo("PENDING"))
                    .map(reply -> reply.json().path("event_id").asText())
                    .toList();
            assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

            server.stop();
            model.say(ScriptedModel::verbatim);
            server.startAgain();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.admin()
                                    .list("userId=alice&order=createdAt&limit=100")
                                    .texts())
                            .containsExactly("fact 0", "fact 1", "fact 2", "fact 3", "fact 4"));
            for (String id : ids) {
                await().atMost(PATIENCE)
                        .until(() -> server.admin()
                                .get("/v1/event/" + id + "/")
                                .json()
                                .path("status")
                                .asText()
                                .equals("SUCCEEDED"));
            }
        }
    }

    /// Killed at any moment of an extraction: before, between and after the model's answers and the one command that
    /// applies them.
    @Test
    void whatWasTakenIsThereOnceAfterKills() {
        List<String> taken = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger answers = new AtomicInteger();
        try (ScriptedModel model = new ScriptedModel(asked -> asked.decides()
                ? "{\"decisions\":[]}"
                : ScriptedModel.facts(asked.texts("messages").getFirst() + " #" + answers.incrementAndGet()))) {
            for (int round = 0; round < 4; round++) {
                try (ChildServer child = ChildServer.start(home.resolve("data"), flags(model))) {
                    Api admin = child.admin();
                    int asked = model.asked().size();
                    for (int i = 0; i < 25; i++) {
                        String text = "fact " + round + " " + i;
                        if (admin.post(ADD, body("user" + i % 3, text)).status() == 200) {
                            taken.add(text);
                        }
                    }
                    int enough = asked + 5 + 7 * round;
                    await().atMost(PATIENCE).until(() -> model.asked().size() >= enough);
                    child.kill();
                }
            }
            try (ChildServer child = ChildServer.start(home.resolve("data"), flags(model))) {
                await().atMost(PATIENCE).untilAsserted(() -> {
                    List<String> texts = new ArrayList<>();
                    for (int user = 0; user < 3; user++) {
                        texts.addAll(child.admin()
                                .list("userId=user" + user + "&limit=1000")
                                .texts());
                    }
                    texts.replaceAll(text -> text.replaceFirst(" #.*", ""));
                    assertThat(texts).containsExactlyInAnyOrderElementsOf(taken);
                });
            }
        }
    }

    @Test
    void aRepeatedRequestIsTheSameThoughTheModelIsGone() {
        String id;
        try (ScriptedModel model = new ScriptedModel(request -> "no answer")) {
            try (RunningServer server = RunningServer.on(home, flags(model))) {
                id = server.admin()
                        .post(ADD, body("alice", "I like tea"), "Idempotency-Key", "k1")
                        .json()
                        .path("event_id")
                        .asText();
            }
        }
        try (RunningServer server = RunningServer.on(home)) {
            Api.Reply again = server.admin().post(ADD, body("alice", "I like tea"), "Idempotency-Key", "k1");

            assertThat(again.json().path("event_id").asText()).isEqualTo(id);
            assertThat(again.json().path("status").asText()).isEqualTo("PENDING");
            assertThat(server.admin().list("userId=alice").texts()).isEmpty();
        }
    }

    @Test
    void withoutAModelMessagesAreStoredAsTheyAre() {
        try (RunningServer server = RunningServer.on(home)) {
            Api.Reply reply = server.admin().post(ADD, body("alice", "I like tea"));

            assertThat(reply.json().path("status").asText()).isEqualTo("SUCCEEDED");
            assertThat(reply.json().path("message").asText()).contains("no language model is configured");
            assertThat(reply.json().at("/results/0/memory").asText()).isEqualTo("I like tea");
        }
    }

    @Test
    void whatWaitedStaysWhileThereIsNoModel() {
        try (ScriptedModel model = new ScriptedModel(request -> {
            throw new IllegalStateException("no answer");
        })) {
            String id;
            try (RunningServer server = RunningServer.on(home, flags(model))) {
                id = server.admin()
                        .post(ADD, body("alice", "I like tea"))
                        .json()
                        .path("event_id")
                        .asText();
            }
            try (RunningServer server = RunningServer.on(home)) {
                assertThat(server.admin()
                                .get("/v1/event/" + id + "/")
                                .json()
                                .at("/payload/messages/0/content")
                                .asText())
                        .isEqualTo("I like tea");
            }
            model.say(ScriptedModel::verbatim);
            try (RunningServer server = RunningServer.on(home, flags(model))) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(
                                        server.admin().list("userId=alice").texts())
                                .containsExactly("I like tea"));
            }
        }
    }
}
