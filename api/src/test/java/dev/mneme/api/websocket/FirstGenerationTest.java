package dev.mneme.api.websocket;

import static dev.mneme.api.websocket.Client.memoriesOf;
import static dev.mneme.api.websocket.Client.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.api.live.LiveServer;
import dev.mneme.core.access.KeyService.Created;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that send no `connect`, and what each identity is told by each kind of message.
class FirstGenerationTest {
    private LiveServer server;

    @BeforeEach
    void start() {
        server = new LiveServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Client client(String secret) {
        return Client.open(server.port(), secret);
    }

    @Test
    void isKnownByItsFirstMessage() {
        try (Client old = client(server.adminSecret());
                Client watcher = client(server.adminSecret())) {
            watcher.connect(ConnectingTest.presence("alice", "watcher"));
            old.send("state-request", "alice", "desk", payload());
            JsonNode state = old.await1("state-response");
            assertThat(state.path("userId").asText()).isEqualTo("alice");
            assertThat(state.path("payload").path("contexts").isObject()).isTrue();
            assertThat(state.path("payload").path("modeState").isNull()).isTrue();
            assertThat(state.path("position").asText()).endsWith(":0");
            watcher.await1(m -> m.path("payload")
                    .path("instances")
                    .findValuesAsText("instanceId")
                    .contains("desk"));
            assertThat(old.messages("connect")).hasSize(1); // the welcome: it asked for no other
        }
    }

    @Test
    void isToldNothingThatItDoesNotKnow() {
        try (Client old = client(server.adminSecret());
                Client other = client(server.adminSecret())) {
            old.send("ping", "alice", "desk", payload());
            old.await1("pong");
            other.connect(memoriesOf("alice"));
            server.add("alice", "tea");
            other.await1("memory-update");
            old.send("ping", "alice", "desk", payload());
            old.await("pong", 2);
            assertThat(old.messages("memory-update")).isEmpty();
            assertThat(old.messages("presence")).isEmpty();
        }
    }

    @Test
    void staysItsOwnUsers() {
        try (Client old = client(server.adminSecret())) {
            old.send("ping", "alice", "desk", payload());
            old.await1("pong");
            old.send("state-request", "bob", "desk", payload());
            assertThat(old.await1("error").path("payload").path("code").asText())
                    .isEqualTo("not_allowed");
            assertThat(old.messages("state-response")).isEmpty();
        }
    }

    @Test
    void withAKeyOfOneUserIsThatUsersFromTheStart() {
        Created key = server.keyOf("alice");
        try (Client listens = client(key.secret());
                Client watcher = client(server.adminSecret())) {
            assertThat(listens.await1("connect").path("userId").asText()).isEqualTo("alice");
            watcher.connect(ConnectingTest.presence("alice", "watcher"));
            watcher.await1(m -> m.path("payload").path("total").asInt() == 2);
            listens.send("state-request", null, null, payload());
            assertThat(listens.await1("state-response").path("userId").asText()).isEqualTo("alice");
            listens.send("ping", null, "desk", payload());
            watcher.await1(m -> m.path("payload")
                    .path("instances")
                    .findValuesAsText("instanceId")
                    .contains("desk"));
            listens.connect(memoriesOf("alice"));
            server.add("alice", "tea");
            listens.await1("memory-update");
        }
    }

    @Test
    void mayNotBeAUserThatItsKeyMayNotSee() {
        Created key = server.keyOf("alice");
        try (Client old = client(key.secret())) {
            old.send("state-request", "bob", "desk", payload());
            assertThat(old.await1("error").path("payload").path("code").asText())
                    .isEqualTo("not_allowed");
            old.send("connect", null, null, memoriesOf("bob"));
            assertThat(old.await("error", 2).path("payload").path("code").asText())
                    .isEqualTo("not_allowed");
            old.send("connect", null, null, payload().put("agentId", "bot"));
            old.await("error", 3);
            assertThat(old.messages("state-response")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESPONSE_GENERATED", "CONFLICT", "MEMORY_UPDATE"})
    void whatComesFromTheServerAloneSaysSo(MessageType type) {
        try (Client client = client(server.adminSecret())) {
            client.send(type.wireName(), "alice", "desk", payload());
            JsonNode error = client.await1("error").path("payload");
            assertThat(error.path("code").asText()).isEqualTo("invalid_request");
            assertThat(error.path("message").asText()).contains("come from the server");
            client.send("state-request", null, null, payload()); // who it is was understood
            assertThat(client.await1("state-response").path("userId").asText()).isEqualTo("alice");
        }
    }

    /// Its versions are wall clocks: the next one is stored, and the one before is kept.
    @Test
    void itsContextsAndModesAreStoredWhateverItsVersion() {
        try (Client old = client(server.adminSecret());
                Client other = client(server.adminSecret())) {
            other.connect(payload().put("userId", "alice").put("instanceId", "phone"));
            for (long version : List.of(1_700_000_000_000L, 3L)) {
                com.fasterxml.jackson.databind.node.ObjectNode sync = payload()
                        .put("contextKey", "plan")
                        .put("version", version)
                        .put("mergeStrategy", "merge");
                sync.putObject("data").put("n", version);
                old.send("context-sync", "alice", "desk", sync);
            }
            old.send(
                    "mode-update",
                    "alice",
                    "desk",
                    payload().put("fromMode", "didactic").put("toMode", "parallel"));
            JsonNode second = other.await("context-sync", 2);
            assertThat(second.path("payload").path("version").asLong()).isEqualTo(2);
            assertThat(second.path("payload").path("data").path("n").asLong()).isEqualTo(3);
            assertThat(second.path("instanceId").asText()).isEqualTo("desk");
            JsonNode mode = other.await1("mode-update");
            assertThat(mode.path("instanceId").asText()).isEqualTo("desk");
            assertThat(mode.path("payload").path("toMode").asText()).isEqualTo("parallel");
            assertThat(mode.path("payload").path("currentMode").asText()).isEqualTo("parallel");
            assertThat(mode.path("payload").has("fromMode")).isTrue();
            assertThat(mode.path("payload").has("previousMode")).isTrue();
            assertThat(mode.path("payload").path("configuration").isObject()).isTrue();
            old.send("ping", null, null, payload());
            old.await1("pong");
            assertThat(old.messages("context-sync")).isEmpty();
            assertThat(old.messages("mode-update")).isEmpty();
            assertThat(old.messages("error")).isEmpty();
            assertThat(server.store()
                            .contexts()
                            .versions(dev.mneme.core.model.Owner.user("alice"), "plan")
                            .value())
                    .hasSize(2);
        }
    }

    /// Whatever alice's side does, no other identity is sent a byte of it.
    @Test
    void nobodyIsToldWhatIsAnothers() {
        Created bobs = server.keyOf("bob");
        try (Client stranger = Client.open(server.port(), "/sync", java.util.Map.of());
                Client bob = client(server.adminSecret());
                Client bobByKey = client(bobs.secret());
                Client oldBob = client(server.adminSecret());
                Client agent = client(server.adminSecret());
                Client unbound = client(server.adminSecret())) {
            List<Client> others = List.of(stranger, bob, bobByKey, oldBob, agent, unbound);
            bob.connect(all("userId", "bob", "bob-1"));
            bobByKey.connect(all("userId", "bob", "bob-2"));
            oldBob.send("ping", "bob", "bob-3", payload());
            agent.connect(all("agentId", "alice-secret", "agent-1"));
            try (Client alice = client(server.adminSecret())) {
                alice.connect(all("userId", "alice", "alice-instance-secret"));
                server.add("alice", "alice-text-secret");
                alice.send("ping", "alice", null, payload().put("note", "alice-ping-secret"));
                alice.send("state-request", null, null, payload());
                alice.await1("memory-update");
                alice.await1("state-response");
                alice.await1("presence");
                alice.send("nonsense", null, null, payload());
                alice.await1("error");
            }
            server.add("bob", "bobs");
            bob.await1("memory-update");
            bobByKey.await1("memory-update");
            bob.send("state-request", null, null, payload());
            bob.await1("state-response");
            for (Client other : others) {
                assertThat(other.messages().toString()).doesNotContain("text-secret", "instance-secret", "ping-secret");
            }
            assertThat(stranger.messages()).hasSize(1);
            assertThat(unbound.messages()).hasSize(1);
            assertThat(agent.texts()).isEmpty();
        }
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode all(String kind, String id, String instance) {
        var payload = payload().put(kind, id).put("instanceId", instance);
        payload.putArray("capabilities")
                .add("memories")
                .add("presence")
                .add("responses")
                .add("conflicts")
                .add("x");
        return payload;
    }
}
