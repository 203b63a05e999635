package dev.mneme.api.websocket;

import static dev.mneme.api.websocket.Client.memoriesOf;
import static dev.mneme.api.websocket.Client.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.api.live.LiveConfig;
import dev.mneme.api.live.LiveServer;
import dev.mneme.core.access.KeyService.Created;
import dev.mneme.core.command.Command;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FollowingTest {
    private LiveServer server = new LiveServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private Client client() {
        return Client.open(server.port(), server.adminSecret());
    }

    /// What a client holds: every message that carries a position must say as `previous` what it held before.
    private static String follow(List<JsonNode> messages) {
        String held = "";
        for (JsonNode message : messages) {
            if (!message.has("position")) {
                continue;
            }
            if (message.path("type").asText().equals("connect") && !message.has("previous")) {
                held = message.path("position").asText();
                continue;
            }
            assertThat(message.path("previous").asText()).as("%s", message).isEqualTo(held);
            held = message.path("position").asText();
        }
        return held;
    }

    @Test
    void addsUpdatesAndDeletesAreTold() {
        try (Client client = client()) {
            client.connect(memoriesOf("alice"));
            MemoryId id = server.add("alice", "tea");
            server.memories()
                    .update(
                            server.admin(),
                            id,
                            new MemoryPatch("coffee", null, null, null, null, null, Command.ANY_VERSION),
                            null);
            server.memories().delete(server.admin(), id, Command.ANY_VERSION, null);
            client.await("memory-update", 3);
            assertThat(client.messages("memory-update"))
                    .extracting(m -> m.path("payload").path("event").asText())
                    .containsExactly("ADD", "UPDATE", "DELETE");
            JsonNode added = client.messages("memory-update").getFirst();
            assertThat(added.path("userId").asText()).isEqualTo("alice");
            assertThat(added.path("instanceId").asText()).startsWith("key:");
            assertThat(added.path("timestamp").isNumber()).isTrue();
            assertThat(added.path("id").asText()).hasSize(36);
            JsonNode memory = added.path("payload").path("memory");
            assertThat(memory.path("id").asText()).isEqualTo(id.toString());
            assertThat(memory.path("userId").asText()).isEqualTo("alice");
            assertThat(memory.path("version").asInt()).isEqualTo(1);
            assertThat(follow(client.messages())).endsWith(":3");
        }
    }

    @Test
    void memoriesAreToldOnlyToWhoAskedForThem() {
        try (Client client = client()) {
            client.connect(payload().put("userId", "alice"));
            server.add("alice", "tea");
            Client.Awaiting.until(() -> {
                int before = client.messages("pong").size();
                client.send("ping", null, null, payload());
                JsonNode pong = client.await("pong", before + 1);
                return pong.path("position").asText().endsWith(":1");
            });
            assertThat(client.texts()).isEmpty();
            assertThat(follow(client.messages())).endsWith(":1");
        }
    }

    @Test
    void resumesAcrossARestart() {
        String held;
        try (Client client = client()) {
            client.connect(memoriesOf("alice"));
            server.add("alice", "one");
            held = client.await1("memory-update").path("position").asText();
        }
        server.add("alice", "two");
        server.restart();
        server.add("alice", "three");
        try (Client client = client()) {
            JsonNode answer = client.connect(memoriesOf("alice").put("resumeFrom", held));
            assertThat(answer.path("position").asText()).isEqualTo(held);
            assertThat(answer.path("payload").has("reset")).isFalse();
            client.await("memory-update", 2);
            server.add("alice", "four");
            client.await("memory-update", 3);
            assertThat(client.texts()).containsExactly("two", "three", "four");
            assertThat(follow(client.messages())).endsWith(":4");
        }
    }

    @Test
    void whatIsWrittenWhileTheBacklogIsReadIsTold() {
        try (Client client = client()) {
            client.await1("connect");
            server.afterNextRead(() -> server.add("alice", "in between"));
            client.connect(memoriesOf("alice"));
            client.await1("memory-update");
            assertThat(client.texts()).containsExactly("in between");
        }
    }

    @Test
    void aPositionThatCannotBeServedResets() {
        server.close();
        server = new LiveServer(LiveConfig.DEFAULTS, WebSocketConfig.DEFAULTS, InstantSource.system(), 3);
        String held;
        try (Client client = client()) {
            held = client.connect(memoriesOf("alice")).path("position").asText();
        }
        IntStream.range(0, 10).forEach(i -> server.add("alice", "m" + i));
        String head = server.store().head(Owner.user("alice")).toString();
        for (String lost : List.of(held, held.replaceFirst("^[^:]+", "otherepoch"), head.replaceFirst("\\d+$", "99"))) {
            try (Client client = client()) {
                JsonNode answer = client.connect(memoriesOf("alice").put("resumeFrom", lost));
                assertThat(answer.path("payload").path("reset").asBoolean()).isTrue();
                assertThat(answer.path("position").asText()).isEqualTo(head);
                server.add("alice", "later");
                head = client.await1("memory-update").path("position").asText();
                assertThat(client.texts()).containsExactly("later");
                assertThat(follow(client.messages())).isEqualTo(head);
            }
        }
    }

    @Test
    void aPositionOfAnotherOwnerIsRefused() {
        server.add("bob", "bobs");
        String bobs = server.store().head(Owner.user("bob")).toString();
        try (Client client = client()) {
            client.send("connect", null, null, memoriesOf("alice").put("resumeFrom", bobs));
            client.send("connect", null, null, memoriesOf("alice").put("resumeFrom", "no position"));
            client.await("error", 2);
            assertThat(client.messages("error"))
                    .allSatisfy(error -> assertThat(error.path("payload")
                                    .path("details")
                                    .path("field")
                                    .asText())
                            .isEqualTo("resumeFrom"));
            assertThat(client.connect(memoriesOf("alice")).has("position")).isTrue();
        }
    }

    @Test
    void anErasureResetsWhoFollows() {
        server.add("alice", "tea");
        try (Client client = client()) {
            client.connect(memoriesOf("alice"));
            server.memories().erase(server.admin(), Filter.scope(OwnerKind.USER, "alice"), null);
            JsonNode reset = client.await1(m -> m.path("payload").path("reset").asBoolean());
            assertThat(reset.path("type").asText()).isEqualTo("connect");
            assertThat(follow(client.messages()))
                    .isEqualTo(reset.path("position").asText());
            server.add("alice", "again");
            client.await1("memory-update");
            follow(client.messages());
        }
    }

    @Test
    void ownChangesAreNotEchoedLiveOrOnResume() {
        String start;
        try (Client desk = client();
                Client phone = client();
                Client nameless = client()) {
            start = desk.connect(memoriesOf("alice").put("instanceId", "desk"))
                    .path("position")
                    .asText();
            phone.connect(memoriesOf("alice").put("instanceId", "phone"));
            nameless.connect(memoriesOf("alice"));
            server.add(ScopeIds.user("alice"), "of desk", "desk");
            server.add(ScopeIds.user("alice"), "of phone", "phone");
            server.add(ScopeIds.user("alice"), "of nobody", null);
            nameless.await("memory-update", 3);
            desk.await("memory-update", 2);
            phone.await("memory-update", 2);
            assertThat(nameless.texts()).containsExactly("of desk", "of phone", "of nobody");
            assertThat(desk.texts()).containsExactly("of phone", "of nobody");
            assertThat(phone.texts()).containsExactly("of desk", "of nobody");
            follow(desk.messages());
            follow(phone.messages());
        }
        try (Client desk = client();
                Client other = client()) {
            desk.connect(memoriesOf("alice").put("instanceId", "desk").put("resumeFrom", start));
            other.connect(memoriesOf("alice").put("instanceId", "other").put("resumeFrom", start));
            other.await("memory-update", 3);
            desk.await("memory-update", 2);
            assertThat(desk.texts()).containsExactly("of phone", "of nobody");
            assertThat(follow(desk.messages())).endsWith(":3");
        }
    }

    @Test
    void aRestrictedKeyIsToldWhatItMaySee() {
        Created bots =
                server.key(Role.READ, Map.of(OwnerKind.USER, Set.of("alice"), OwnerKind.AGENT, Set.of("bot")), null);
        try (Client client = Client.open(server.port(), bots.secret())) {
            String start = client.connect(memoriesOf("alice")).path("position").asText();
            server.add("alice", "private");
            server.add(new ScopeIds("alice", "bot", null, null), "shared", null);
            server.add("alice", "private too");
            client.await("memory-update", 1);
            Client.Awaiting.until(() -> {
                int before = client.messages("pong").size();
                client.send("ping", null, null, payload());
                JsonNode pong = client.await("pong", before + 1);
                return pong.path("position").asText().endsWith(":3");
            });
            assertThat(client.texts()).containsExactly("shared");
            follow(client.messages());
            try (Client again = Client.open(server.port(), bots.secret())) {
                again.connect(memoriesOf("alice").put("resumeFrom", start));
                again.await("memory-update", 1);
                assertThat(again.texts()).containsExactly("shared");
            }
        }
    }

    @Test
    void operatorsFollowEverybody() {
        try (Client client = client()) {
            ObjectNode everyone = payload().put("scope", "all");
            everyone.putArray("capabilities").add("memories");
            JsonNode answer = client.connect(everyone);
            server.add("alice", "of alice");
            server.add("bob", "of bob");
            client.await("memory-update", 2);
            assertThat(client.texts()).containsExactly("of alice", "of bob");
            follow(client.messages());
            try (Client again = client()) {
                again.connect(everyone.put("resumeFrom", answer.path("position").asText()));
                again.await("memory-update", 2);
                follow(again.messages());
            }
            try (Client wrong = client()) {
                wrong.send("connect", null, null, everyone.put("resumeFrom", "nonsense"));
                assertThat(wrong.await1("error").path("payload").path("code").asText())
                        .isEqualTo("invalid_request");
            }
        }
        Created restricted = server.key(Role.ADMIN, Map.of(OwnerKind.USER, Set.of("alice")), null);
        try (Client client = Client.open(server.port(), restricted.secret())) {
            client.send("connect", null, null, payload().put("scope", "all"));
            assertThat(client.await1("error").path("payload").path("code").asText())
                    .isEqualTo("not_allowed");
        }
    }

    /// Clients come, go and resume while others write: each one is told every change of its owner once, in order.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingIsMissedOrRepeatedWhileOthersWrite(long seed) throws InterruptedException {
        int writes = 300;
        String start;
        try (Client client = client()) {
            start = client.connect(memoriesOf("alice")).path("position").asText();
        }
        AtomicBoolean failed = new AtomicBoolean();
        List<Thread> writers = IntStream.range(0, 3)
                .mapToObj(w -> Thread.ofVirtual()
                        .uncaughtExceptionHandler((t, e) -> failed.set(true))
                        .start(() -> {
                            for (int i = 0; i < writes; i++) {
                                server.add("alice", "w" + w + "-" + i);
                            }
                        }))
                .toList();
        ConcurrentLinkedQueue<List<String>> heard = new ConcurrentLinkedQueue<>();
        List<Thread> readers = IntStream.range(0, 6)
                .mapToObj(r -> Thread.ofVirtual()
                        .uncaughtExceptionHandler((t, e) -> {
                            failed.set(true);
                            e.printStackTrace();
                        })
                        .start(() -> heard.add(wander(new Random(seed * 31 + r), start, 3 * writes))))
                .toList();
        for (Thread thread : concat(writers, readers)) {
            thread.join();
        }
        assertThat(failed).isFalse();
        List<String> order = heard.peek();
        assertThat(heard).hasSize(6).allSatisfy(each -> assertThat(each).isEqualTo(order));
        assertThat(new HashSet<>(order)).hasSize(3 * writes);
    }

    private static List<Thread> concat(List<Thread> a, List<Thread> b) {
        List<Thread> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    /// Reads a random number of changes, cuts the connection, resumes from the last one held, and so on.
    private List<String> wander(Random random, String start, int total) {
        List<String> all = new ArrayList<>();
        String held = start;
        while (all.size() < total) {
            try (Client client = client()) {
                client.connect(memoriesOf("alice").put("resumeFrom", held));
                int want = Math.min(total - all.size(), 1 + random.nextInt(200));
                client.await("memory-update", want);
                List<JsonNode> seen = List.copyOf(client.messages());
                follow(seen);
                for (JsonNode message : seen) {
                    if (message.path("type").asText().equals("memory-update")) {
                        all.add(message.path("payload")
                                .path("memory")
                                .path("text")
                                .asText());
                        held = message.path("position").asText();
                    }
                }
            }
        }
        return all;
    }

    @Test
    void manySocketsAllHearEverything() {
        int sockets = 500;
        int changes = 20;
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < sockets; i++) {
                Client client = client();
                clients.add(client);
                client.send("connect", null, null, memoriesOf("alice"));
            }
            clients.forEach(client -> client.await("connect", 2));
            IntStream.range(0, changes).forEach(i -> server.add("alice", "m" + i));
            List<String> expected =
                    IntStream.range(0, changes).mapToObj(i -> "m" + i).toList();
            for (Client client : clients) {
                client.await("memory-update", changes);
                assertThat(client.texts()).isEqualTo(expected);
                follow(client.messages());
            }
        } finally {
            clients.forEach(Client::close);
        }
        Client.Awaiting.until(() -> server.connections().count() == 0);
    }
}
