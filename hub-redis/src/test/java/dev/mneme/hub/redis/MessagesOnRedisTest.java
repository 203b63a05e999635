package dev.mneme.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.hub.HubEvent;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Owner;
import dev.mneme.testkit.HubEventsContract.Heard;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes over the channels, word by word: what others send, and what others see.
@SuppressWarnings("NullAway.Init")
final class MessagesOnRedisTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static RedisProcess redis;

    private RedisHubEvents node;
    private Heard heard;
    private Wire wire;

    @BeforeAll
    static void startRedis() throws Exception {
        redis = RedisProcess.run();
    }

    @AfterAll
    static void stopRedis() throws Exception {
        redis.close();
    }

    @BeforeEach
    void open() throws Exception {
        node = new TestSettings(redis.url(), "node-1").instances("server-1").start();
        assertThat(node.awaitConnected(PATIENCE)).isTrue();
        heard = new Heard();
        node.subscribe(heard);
        wire = new Wire(redis.url());
    }

    @AfterEach
    void close() {
        wire.close();
        node.close();
    }

    /// As an instance of the first generation writes it.
    @Test
    void anInstanceOfTheFirstGenerationIsHeard() {
        wire.say(
                "dyad:event:mode:changed",
                "{\"eventId\":\"0b4c1f0e-5a8e-4f57-9a0a-3f8d5b6c7d8e\",\"eventType\":\"mode:changed\",\"userId\":\"alice\","
                        + "\"instanceId\":\"desktop-7\",\"timestamp\":1764496800000,"
                        + "\"payload\":{\"fromMode\":\"inspired\",\"toMode\":\"parallel\"}}");

        await().atMost(PATIENCE).until(() -> !heard.events.isEmpty());
        assertThat(heard.events)
                .containsExactly(new HubEvent(
                        "0b4c1f0e-5a8e-4f57-9a0a-3f8d5b6c7d8e",
                        "mode:changed",
                        "alice",
                        "desktop-7",
                        Instant.ofEpochMilli(1_764_496_800_000L),
                        new JsonObject(
                                Map.of("fromMode", new JsonString("inspired"), "toMode", new JsonString("parallel"))),
                        null));
    }

    @Test
    void timesAsTextAreReadAndUnknownFieldsPassedOver() {
        wire.say("dyad:event:x", event("e1", "x", "desktop-7", "\"2026-11-30T10:00:00.5Z\"", ",\"new\":[1]"));

        await().atMost(PATIENCE).until(() -> !heard.events.isEmpty());
        assertThat(heard.events.getFirst().timestamp()).isEqualTo(Instant.parse("2026-11-30T10:00:00.5Z"));
    }

    private static String event(String id, String type, String instance, String timestamp, String more) {
        return "{\"eventId\":\"" + id + "\",\"eventType\":\"" + type + "\",\"userId\":\"alice\",\"instanceId\":\""
                + instance + "\",\"timestamp\":" + timestamp + ",\"payload\":{}" + more + "}";
    }

    @Test
    void whatANodeTellsLooksAsTheFirstGenerationExpects() {
        node.publish(new HubEvent(
                "e1",
                "context:deleted",
                "alice",
                "desktop-7",
                Instant.ofEpochMilli(1_764_496_800_000L),
                new JsonObject(Map.of("contextKey", new JsonString("k"))),
                null));
        node.advanced(Owner.user("alice"), 42);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(wire.heard)
                        .containsExactly(
                                "dyad:event:context:deleted {\"eventId\":\"e1\",\"eventType\":\"context:deleted\","
                                        + "\"userId\":\"alice\",\"instanceId\":\"desktop-7\",\"timestamp\":1764496800000,"
                                        + "\"payload\":{\"contextKey\":\"k\"},\"metadata\":{\"mneme\":{\"node\":\"node-1\"}}}",
                                "mneme:head {\"node\":\"node-1\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"alice\","
                                        + "\"revision\":42}"));
    }

    @Test
    void ownEventsAreKnownByNodeAndByInstance() {
        String node1 = ",\"metadata\":{\"mneme\":{\"node\":\"node-1\"}}";
        String node2 = ",\"metadata\":{\"mneme\":{\"node\":\"node-2\"},\"note\":1}";
        wire.say("dyad:event:x", event("own instance", "x", "server-1", "1", ""));
        wire.say("dyad:event:x", event("own node as an instance", "x", "node-1", "1", ""));
        wire.say("dyad:event:x", event("own node, whichever instance", "x", "desktop-7", "1", node1));
        wire.say("dyad:event:x", event("an instance that moved to another node", "x", "server-1", "1", node2));
        wire.say("dyad:event:x", event("another's", "x", "desktop-7", "1", ""));

        await().atMost(PATIENCE).until(() -> heard.events.size() >= 2);
        assertThat(heard.events)
                .extracting(HubEvent::eventId)
                .containsExactly("an instance that moved to another node", "another's");
        assertThat(heard.events.getFirst().metadata())
                .isEqualTo(new JsonObject(Map.of("note", new JsonNumber(BigDecimal.ONE))));
        assertThat(node.counts().own()).isEqualTo(3);
    }

    @Test
    void whatIsNoMessageIsSetAsideAndTheRestGoesOn() {
        String[] bad = {
            "",
            "no JSON, secret-text",
            "[1]",
            "null",
            "{} {}",
            "{\"eventId\":",
            event("e", "x", "i", "\"yesterday\"", ""),
            event("e", "x", "i", "1e99", ""),
            event("e", "x", "i", "{}", ""),
            event("e", "x", "i", "1", "").replace("\"payload\":{}", "\"payload\":[]"),
            event("e", "x", "i", "1", "").replace("\"alice\"", "7"),
            event("e", "x", "i", "1", "").replace("\"userId\":\"alice\",", ""),
            event("e", "x", "i", "1", "").replace("alice", "a".repeat(257)),
            event("e", "x", "i", "1", "").replace("alice", "a\\u0000b"),
            event("e", "another type", "i", "1", ""),
            event("", "x", "i", "1", ""),
            event("e", "x", "", "1", ""),
            event("e", "x", "i", "1", ",\"metadata\":\"text\""),
            event("e", "x", "i", "1", ",\"userId\":\"bob\""),
            event("e", "x", "i", "1", ",\"deep\":" + "[".repeat(100) + "]".repeat(100)),
            event("e", "x", "i", "1", ",\"deep\":" + "[".repeat(500_000)),
            event("e", "x", "i", "1", ",\"many\":[1" + ",1".repeat(100_000) + "]"),
            event("e", "x", "i", "1", ",\"digits\":" + "9".repeat(500)),
            event("e", "x", "i", "1", ",\"digits\":1e999999999"),
            event("e", "x", "i", "1", ",\"digits\":1e-999999999"),
            event("e", "x", "i", "1", ",\"digits\":NaN"),
            event("e", "x", "i", "1", ",\"long\":\"" + "x".repeat(10 << 20) + "\"")
        };
        for (String message : bad) {
            wire.say("dyad:event:x", message);
        }
        String[] badHeads = {
            "{\"node\":\"b\"}",
            "{\"node\":\"b\",\"project\":\"default\",\"kind\":\"king\",\"id\":\"alice\",\"revision\":1}",
            "{\"node\":\"b\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"\",\"revision\":1}",
            "{\"node\":\"b\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"alice\",\"revision\":0}",
            "{\"node\":\"b\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"alice\",\"revision\":1.5}",
            "{\"node\":\"b\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"alice\",\"revision\":1e30}",
            "{\"project\":\"default\",\"kind\":\"user\",\"id\":\"alice\",\"revision\":1}"
        };
        for (String message : badHeads) {
            wire.say("mneme:head", message);
        }
        wire.say("dyad:event:x", event("good", "x", "i", "1", ""));
        wire.say(
                "mneme:head",
                "{\"node\":\"b\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"eve\",\"revision\":9}");

        await().atMost(PATIENCE).until(() -> heard.bells.contains("eve 9"));
        assertThat(heard.events).extracting(HubEvent::eventId).containsExactly("good");
        assertThat(heard.bells).containsExactly("eve 9");
        assertThat(node.counts().setAside()).isEqualTo(bad.length + badHeads.length);
        assertThat(node.health().connected()).isTrue();
        assertThat(node.health().problems())
                .singleElement()
                .asString()
                .startsWith((bad.length + badHeads.length) + " messages from Redis were set aside; the last: ")
                .doesNotContain("secret-text");
    }

    @Test
    void whatIsForgedIsHandedOnAsWhatItSays() {
        // A bus knows nobody: what a forger may do is make nodes look into the database.
        wire.say(
                "mneme:head",
                "{\"node\":\"b\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"eve\",\"revision\":"
                        + Long.MAX_VALUE + "}");
        wire.say("mneme:head", "{\"node\":\"b\",\"missed\":true}");

        await().atMost(PATIENCE).until(() -> heard.bells.contains("eve " + Long.MAX_VALUE));
        await().atMost(PATIENCE).until(() -> heard.reconnected.get() > 0);
    }

    @Test
    void whatIsTooLargeToBeHeardIsNotSent() {
        node.publish(new HubEvent(
                "large",
                "x",
                "alice",
                "i",
                Instant.EPOCH,
                new JsonObject(Map.of("data", new JsonString("x".repeat(3 << 20)))),
                null));
        node.advanced(Owner.user("alice"), 1);

        await().atMost(PATIENCE).until(() -> wire.heard.stream().anyMatch(said -> said.contains("\"revision\":1")));
        assertThat(wire.heard).noneMatch(said -> said.contains("large"));
        assertThat(wire.heard)
                .anyMatch(said -> said.equals("mneme:head {\"node\":\"node-1\",\"missed\":true}")
                        || said.equals("mneme:head {\"missed\":true,\"node\":\"node-1\"}"));
        assertThat(node.counts().unsent()).isEqualTo(1);
        assertThat(node.health().problems()).containsExactly("1 messages could not be told on Redis.");
    }

    @Test
    void otherPrefixesAreOtherBuses() throws Exception {
        try (RedisHubEvents a = new TestSettings(redis.url(), "a")
                        .channels("team:", "team-heads")
                        .start();
                RedisHubEvents b = new TestSettings(redis.url(), "b")
                        .channels("team:", "team-heads")
                        .start()) {
            assertThat(a.awaitConnected(PATIENCE) && b.awaitConnected(PATIENCE)).isTrue();
            Heard other = new Heard();
            b.subscribe(other);

            a.advanced(Owner.user("alice"), 5);
            a.publish(new HubEvent("e", "x", "alice", "i", Instant.EPOCH, JsonObject.EMPTY, null));

            await().atMost(PATIENCE).until(() -> !other.events.isEmpty());
            assertThat(other.bells).containsExactly("alice 5");
            assertThat(wire.heard).anyMatch(said -> said.startsWith("team:x "));
            wire.say(
                    "mneme:head",
                    "{\"node\":\"z\",\"project\":\"default\",\"kind\":\"user\",\"id\":\"z\",\"revision\":1}");
            await().atMost(PATIENCE).until(() -> heard.bells.contains("z 1"));
            assertThat(heard.bells).containsExactly("z 1");
            assertThat(heard.events).isEmpty();
        }
    }
}
