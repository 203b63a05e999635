package dev.mneme.api.websocket;

import static dev.mneme.api.websocket.Client.memoriesOf;
import static dev.mneme.api.websocket.Client.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.api.live.LiveConfig;
import dev.mneme.api.live.LiveServer;
import dev.mneme.core.access.KeyService.Created;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectingTest {
    private LiveServer server = new LiveServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private void serverWith(LiveConfig live) {
        server.close();
        server = new LiveServer(live, WebSocketConfig.DEFAULTS);
    }

    @Test
    void theServerSpeaksFirst() {
        try (Client client = Client.open(server.port(), server.adminSecret())) {
            JsonNode welcome = client.await1("connect");
            assertThat(welcome.path("instanceId").asText()).isEqualTo("server-1");
            assertThat(welcome.path("payload").path("clientId").asText()).isNotEmpty();
            assertThat(welcome.path("payload").path("protocol").asInt()).isEqualTo(1);
            assertThat(welcome.path("payload").path("serverVersion").asText()).isEqualTo("test");
            assertThat(welcome.path("payload").path("pingIntervalMillis").asInt())
                    .isEqualTo(30_000);
            assertThat(welcome.has("position")).isFalse();
            assertThat(welcome.path("payload").has("reset")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "Token ", "bearer "})
    void theHandshakeBringsTheKeyInAHeader(String scheme) {
        Map<String, String> header = Map.of("Authorization", scheme + server.adminSecret());
        try (Client client = Client.open(server.port(), "/", header)) {
            assertThat(client.connect(memoriesOf("alice")).path("position").asText())
                    .endsWith(":0");
        }
    }

    @Test
    void theHandshakeBringsTheKeyElsewhere() {
        String secret = server.adminSecret();
        assertThat(Client.refusal(server.port(), "/sync?token=" + secret, Map.of()))
                .isEqualTo(101);
        assertThat(Client.refusal(server.port(), "/sync", Map.of("X-API-Key", secret)))
                .isEqualTo(101);
    }

    @Test
    void aWrongKeyIsRefusedAtTheHandshake() {
        assertThat(Client.refusal(server.port(), "/sync", Map.of("Authorization", "Bearer mk_wrong")))
                .isEqualTo(401);
        assertThat(Client.refusal(server.port(), "/sync?token=mk_wrong", Map.of()))
                .isEqualTo(401);
        Created key = server.keyOf("alice");
        server.revoke(key.key());
        assertThat(Client.refusal(server.port(), "/sync", Map.of("X-API-Key", key.secret())))
                .isEqualTo(401);
    }

    @Test
    void onlyTheTwoPathsUpgrade() {
        Map<String, String> header = Map.of("X-API-Key", server.adminSecret());
        assertThat(Client.refusal(server.port(), "/other", header)).isEqualTo(404);
    }

    @Test
    void pagesOfOtherOriginsAreRefused() {
        Map<String, String> foreign = Map.of("X-API-Key", server.adminSecret(), "Origin", "https://evil.example");
        Map<String, String> allowed = Map.of("X-API-Key", server.adminSecret(), "Origin", "https://app.example");
        Map<String, String> own =
                Map.of("X-API-Key", server.adminSecret(), "Origin", "http://127.0.0.1:" + server.port());
        assertThat(Client.refusal(server.port(), "/sync", foreign)).isEqualTo(403);
        assertThat(Client.refusal(server.port(), "/sync", allowed)).isEqualTo(101);
        assertThat(Client.refusal(server.port(), "/sync", own)).isEqualTo(101);
    }

    @Test
    void theConnectFrameBringsTheKey() {
        try (Client client = Client.open(server.port(), "/sync", Map.of())) {
            JsonNode answer = client.connect(memoriesOf("alice").put("token", server.adminSecret()));
            assertThat(answer.path("position").asText()).endsWith(":0");
            server.add("alice", "tea");
            client.await1("memory-update");
        }
    }

    @Test
    void nothingIsServedBeforeTheKey() {
        try (Client client = Client.open(server.port(), "/sync", Map.of())) {
            client.send("state-request", "alice", "desk", payload());
            assertThat(client.awaitClose()).isEqualTo(4401);
            assertThat(client.await1("error").path("payload").path("code").asText())
                    .isEqualTo("unauthenticated");
            assertThat(client.messages("state-response")).isEmpty();
        }
        try (Client client = Client.open(server.port(), "/sync", Map.of())) {
            client.send("connect", null, null, memoriesOf("alice").put("token", "mk_wrong"));
            assertThat(client.awaitClose()).isEqualTo(4401);
            assertThat(client.messages("connect")).hasSize(1);
        }
        try (Client client = Client.open(server.port(), "/sync", Map.of())) {
            client.send("connect", null, null, memoriesOf("alice"));
            assertThat(client.awaitClose()).isEqualTo(4401);
        }
    }

    @Test
    void whoShowsNoKeyInTimeIsClosed() {
        serverWith(LiveServer.quick(
                Duration.ofSeconds(30), Duration.ofSeconds(90), Duration.ofMillis(300), Duration.ofSeconds(5)));
        try (Client silent = Client.open(server.port(), "/sync", Map.of());
                Client known = Client.open(server.port(), server.adminSecret())) {
            assertThat(silent.awaitClose()).isEqualTo(4401);
            assertThat(known.connect(memoriesOf("alice")).has("position")).isTrue();
            assertThat(known.closeCode()).isZero();
        }
    }

    @Test
    void aConnectionHasExactlyOneOwner() {
        try (Client client = Client.open(server.port(), server.adminSecret())) {
            client.send("connect", null, null, payload().put("userId", "alice").put("agentId", "bot"));
            JsonNode error = client.await1("error").path("payload");
            assertThat(error.path("code").asText()).isEqualTo("invalid_request");
            assertThat(error.path("details").path("inReplyTo").asText()).isEqualTo("m-connect");
            client.send("connect", null, null, payload());
            assertThat(client.await("error", 2)
                            .path("payload")
                            .path("details")
                            .path("field")
                            .asText())
                    .isEqualTo("userId");
            client.connect(memoriesOf("alice"));
            client.send("connect", null, null, memoriesOf("bob"));
            client.await("error", 3);
        }
    }

    @Test
    void aRevokedKeyClosesItsSocketsAndNoOthers() {
        Created key = server.keyOf("alice");
        try (Client revoked = Client.open(server.port(), key.secret());
                Client byFrame = Client.open(server.port(), "/sync", Map.of());
                Client other = Client.open(server.port(), server.adminSecret())) {
            revoked.connect(memoriesOf("alice"));
            byFrame.connect(memoriesOf("alice").put("token", key.secret()));
            other.connect(memoriesOf("alice"));
            server.revoke(key.key());
            server.add("alice", "after");
            assertThat(revoked.awaitClose()).isEqualTo(4401);
            assertThat(byFrame.awaitClose()).isEqualTo(4401);
            other.await1("memory-update");
            assertThat(revoked.texts()).isEmpty();
            assertThat(byFrame.texts()).isEmpty();
            assertThat(revoked.await1("disconnect")
                            .path("payload")
                            .path("resumeFrom")
                            .asText())
                    .endsWith(":0");
            assertThat(other.closeCode()).isZero();
        }
    }

    @Test
    void anExpiringKeyClosesItsSockets() {
        serverWith(LiveServer.quick(
                Duration.ofSeconds(30), Duration.ofSeconds(90), Duration.ofMillis(500), Duration.ofSeconds(5)));
        Created key = server.key(
                Role.READ,
                Map.of(OwnerKind.USER, Set.of("alice")),
                Instant.now().plusMillis(1_500));
        try (Client client = Client.open(server.port(), key.secret())) {
            client.connect(memoriesOf("alice"));
            assertThat(client.awaitClose()).isEqualTo(4401);
        }
    }

    @Test
    void aKeyHasOnlySoManySockets() {
        serverWith(new LiveConfig(
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                100,
                2,
                100));
        Map<String, String> header = Map.of("X-API-Key", server.adminSecret());
        try (Client first = Client.open(server.port(), "/sync", header);
                Client second = Client.open(server.port(), "/sync", header)) {
            assertThat(Client.refusal(server.port(), "/sync", header)).isEqualTo(429);
            try (Client byFrame = Client.open(server.port(), "/sync", Map.of())) {
                byFrame.send("connect", null, null, memoriesOf("alice").put("token", server.adminSecret()));
                assertThat(byFrame.awaitClose()).isEqualTo(1013);
            }
            first.socket().abort();
            Client.Awaiting.until(() -> server.connections().count() == 1);
            assertThat(Client.refusal(server.port(), "/sync", header)).isEqualTo(101);
            assertThat(second.closeCode()).isZero();
        }
    }

    @Test
    void pingsAreAnsweredWithTheirPayloadAndThePosition() {
        try (Client client = Client.open(server.port(), server.adminSecret())) {
            client.connect(memoriesOf("alice"));
            client.send("ping", null, null, payload().put("n", 7));
            JsonNode pong = client.await1("pong");
            assertThat(pong.path("payload").path("n").asInt()).isEqualTo(7);
            assertThat(pong.path("position").asText()).endsWith(":0");
            client.socket()
                    .sendPing(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}))
                    .join();
            Client.Awaiting.until(() -> client.protocolPongs() == 1);
        }
    }

    @Test
    void theServerPingsAndDropsWhoIsSilent() throws Exception {
        serverWith(LiveServer.quick(
                Duration.ofMillis(200), Duration.ofMillis(900), Duration.ofSeconds(5), Duration.ofSeconds(5)));
        try (Client lives = Client.open(server.port(), server.adminSecret());
                RawSocket silent = RawSocket.open(server.port(), server.adminSecret())) {
            lives.connect(memoriesOf("alice"));
            assertThat(silent.readUntilClose()).isEqualTo(4408);
            assertThat(lives.await("ping", 3).path("payload").has("timestamp")).isTrue();
            assertThat(lives.await("heartbeat", 3).path("position").asText()).endsWith(":0");
            assertThat(lives.protocolPings()).isPositive(); // and its library answers them: that is enough
            assertThat(lives.closeCode()).isZero();
        }
    }

    @Test
    void presenceTellsWhoIsThere() {
        try (Client first = Client.open(server.port(), server.adminSecret())) {
            first.connect(presence("alice", "desk"));
            assertThat(first.await1("presence")
                            .path("payload")
                            .path("instances")
                            .findValuesAsText("instanceId"))
                    .containsExactly("desk");
            try (Client second = Client.open(server.port(), server.adminSecret());
                    Client elsewhere = Client.open(server.port(), server.adminSecret())) {
                elsewhere.connect(presence("bob", "bobs"));
                second.connect(presence("alice", "phone"));
                first.await1(m -> m.path("type").asText().equals("presence")
                        && m.path("payload").path("total").asInt() == 2);
                second.send("state-request", null, null, payload());
                JsonNode state = second.await1("state-response");
                assertThat(state.path("payload")
                                .path("presence")
                                .path("instances")
                                .findValuesAsText("instanceId"))
                        .containsExactly("desk", "phone");
                assertThat(state.path("payload").get("modeState").isNull()).isTrue();
                assertThat(state.path("payload").path("contexts").isObject()).isTrue();
                assertThat(state.path("position").asText()).endsWith(":0");
            }
            int before = first.messages("presence").size();
            Client.Awaiting.until(() -> first.messages("presence").size() > before
                    || first.messages("presence")
                                    .getLast()
                                    .path("payload")
                                    .path("total")
                                    .asInt()
                            == 1);
            first.messages("presence").forEach(m -> assertThat(m.toString()).doesNotContain("bobs"));
        }
    }

    private static JsonNode latestPresence(Client client) {
        return client.messages("presence").getLast().path("payload");
    }

    /// A key of one user follows that user before it says so itself.
    @Test
    void aSocketIsCountedOnceAndAnotherIsTold() {
        Created key = server.keyOf("alice");
        try (Client first = Client.open(server.port(), key.secret())) {
            var wanted = payload();
            wanted.putArray("capabilities").add("presence");
            first.connect(wanted);
            assertThat(first.await1("presence")
                            .at("/payload/instances/0/connections")
                            .asInt())
                    .isEqualTo(1);
            try (Client second = Client.open(server.port(), key.secret())) {
                Client.Awaiting.until(() ->
                        latestPresence(first).at("/instances/0/connections").asInt() == 2);
                assertThat(latestPresence(first).path("total").asInt()).isEqualTo(1);
                second.connect(presence("alice", "phone"));
                Client.Awaiting.until(() -> latestPresence(first).path("total").asInt() == 2);
                assertThat(latestPresence(first).at("/instances/0/connections").asInt())
                        .isEqualTo(1);
            }
            Client.Awaiting.until(() -> latestPresence(first).path("total").asInt() == 1);
        }
    }

    /// It could call itself anything, before a user of whom it knows nothing.
    @Test
    void aKeyThatMayNotSeeAllOfAUserIsNotShownToIt() {
        Created bots = server.key(Role.READ, Map.of(OwnerKind.AGENT, Set.of("bot")), null);
        try (Client alice = Client.open(server.port(), server.adminSecret());
                Client stranger = Client.open(server.port(), bots.secret())) {
            alice.connect(presence("alice", "desk"));
            stranger.connect(presence("alice", "your-bank"));
            stranger.send("state-request", null, null, payload());
            assertThat(stranger.await1("state-response").toString()).doesNotContain("desk", "your-bank");
            alice.send("state-request", null, null, payload());
            assertThat(alice.await1("state-response")
                            .at("/payload/presence/total")
                            .asInt())
                    .isEqualTo(1);
            assertThat(alice.messages().toString()).doesNotContain("your-bank");
            assertThat(stranger.messages("presence")).isEmpty();
        }
        try (Client own = Client.open(server.port(), bots.secret())) {
            var agent = payload().put("agentId", "bot").put("instanceId", "bot-1");
            agent.putArray("capabilities").add("presence");
            own.connect(agent);
            assertThat(own.await1("presence").toString()).contains("bot-1");
        }
    }

    /// Here one that a first message had made alice's, and that then follows everybody.
    @Test
    void whoGoesWhereNobodyIsShownIsGoneWhereItWas() {
        try (Client stays = Client.open(server.port(), server.adminSecret());
                Client goes = Client.open(server.port(), server.adminSecret())) {
            stays.connect(presence("alice", "desk"));
            goes.send("ping", "alice", "phone", payload());
            Client.Awaiting.until(() -> !stays.messages("presence").isEmpty()
                    && latestPresence(stays).path("total").asInt() == 2);
            goes.connect(payload().put("scope", "all"));
            Client.Awaiting.until(() -> latestPresence(stays).path("total").asInt() == 1);
        }
    }

    static com.fasterxml.jackson.databind.node.ObjectNode presence(String user, String instance) {
        var payload = payload().put("userId", user).put("instanceId", instance);
        payload.putArray("capabilities").add("presence");
        return payload;
    }

    /// A change that was read but not sent must come again when the client resumes.
    @Test
    void theGoodbyeNamesThePositionOfTheLastMessageThatWasSent() {
        Created key = server.keyOf("alice");
        try (Client client = Client.open(server.port(), key.secret())) {
            String position =
                    client.connect(memoriesOf("alice")).path("position").asText();
            for (int pongs = 1; pongs <= 2; pongs++) { // then the writer has nothing left to read
                client.send("ping", null, null, payload());
                client.await("pong", pongs);
            }
            server.afterNextRead(() -> server.revoke(key.key()));
            server.add("alice", "read, but never sent");
            assertThat(client.awaitClose()).isEqualTo(4401);
            assertThat(client.texts()).isEmpty();
            assertThat(client.await1("disconnect")
                            .path("payload")
                            .path("resumeFrom")
                            .asText())
                    .isEqualTo(position);
        }
    }

    @Test
    void theServerSaysGoodbyeWhenItStops() {
        try (Client client = Client.open(server.port(), server.adminSecret())) {
            client.connect(memoriesOf("alice"));
            server.add("alice", "tea");
            String position = client.await1("memory-update").path("position").asText();
            server.stop();
            assertThat(client.awaitClose()).isEqualTo(1001);
            assertThat(client.await1("disconnect")
                            .path("payload")
                            .path("resumeFrom")
                            .asText())
                    .isEqualTo(position);
        }
        server = new LiveServer();
    }
}
