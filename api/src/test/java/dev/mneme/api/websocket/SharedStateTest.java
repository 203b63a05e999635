package dev.mneme.api.websocket;

import static dev.mneme.api.websocket.Client.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.api.live.LiveConfig;
import dev.mneme.api.live.LiveServer;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.SourceType;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Modes, contexts and response sources over the WebSocket: both ways, as a whole, and what is kept from it.
@Timeout(120)
class SharedStateTest {
    private static final Owner ALICE = Owner.user("alice");
    private static final WebSocketConfig SMALL = new WebSocketConfig(16 << 10, 8 << 10, 1_000, 1_000, 100);

    private LiveServer server = new LiveServer();

    @AfterEach
    void stop() {
        server.close();
    }

    /// A connected client of alice's.
    private Client client(String instance, String... capabilities) {
        Client client = Client.open(server.port(), server.adminSecret());
        client.connect(connect(instance, capabilities));
        return client;
    }

    private static ObjectNode connect(String instance, String... capabilities) {
        ObjectNode payload = payload().put("userId", "alice").put("instanceId", instance);
        for (String capability : capabilities) {
            payload.withArray("capabilities").add(capability);
        }
        return payload;
    }

    private static ObjectNode sync(String key, long version, String strategy, ObjectNode data) {
        ObjectNode payload =
                payload().put("contextKey", key).put("version", version).put("mergeStrategy", strategy);
        payload.set("data", data);
        return payload;
    }

    private void write(String instance, Command command) {
        server.store().write(new Write(ALICE, new Provenance("k", instance, true), null, List.of(command)));
    }

    private void put(String instance, String key, String text) {
        write(
                instance,
                new Command.PutContext(
                        key,
                        dev.mneme.core.model.ContextType.CHAT,
                        null,
                        new JsonObject(Map.of("text", new dev.mneme.core.model.Json.JsonString(text))),
                        List.of("tag"),
                        null,
                        Command.ANY_VERSION,
                        Command.MergeStrategy.REPLACE));
    }

    private void switchTo(String instance, Mode mode, JsonObject configuration) {
        write(instance, new Command.SwitchMode(instance, mode, null, configuration, null, null, null, -1));
    }

    private static JsonObject secret() {
        return new JsonObject(Map.of("secret", new dev.mneme.core.model.Json.JsonString("hush")));
    }

    private void respond(String instance) {
        respond(instance, "c1", "m-" + instance, NumberedIds.NONE);
    }

    private void respond(String instance, String chat, String message, NumberedIds numbered) {
        write(
                instance,
                new Command.RecordResponse(
                        instance,
                        chat,
                        message,
                        null,
                        SourceType.LOCAL,
                        "here",
                        "small",
                        0.5,
                        "abc",
                        JsonObject.EMPTY,
                        null,
                        numbered));
    }

    /// Everything that was written before is told by then.
    private static void settle(Client client, int pings) {
        client.send("ping", null, null, payload());
        client.await("pong", pings);
    }

    @Test
    void aContextGoesFromOneInstanceToTheOthersAlone() {
        try (Client desk = client("desk");
                Client phone = client("phone")) {
            desk.send(
                    "context-sync",
                    null,
                    null,
                    sync("plan", 0, "replace", payload().put("a", 1)));
            JsonNode told = phone.await1("context-sync");
            assertThat(told.path("payload").path("contextKey").asText()).isEqualTo("plan");
            assertThat(told.path("payload").path("data").path("a").asInt()).isEqualTo(1);
            assertThat(told.path("payload").path("version").asLong()).isEqualTo(1);
            assertThat(told.path("payload").path("contextType").asText()).isEqualTo("custom");
            assertThat(told.path("instanceId").asText()).isEqualTo("desk");
            phone.send(
                    "context-sync",
                    null,
                    null,
                    payload().put("contextKey", "plan").put("deleted", true));
            JsonNode deleted = desk.await1("context-sync");
            assertThat(deleted.path("payload").path("deleted").asBoolean()).isTrue();
            assertThat(deleted.path("payload").path("version").asLong()).isEqualTo(2);
            settle(desk, 1);
            assertThat(desk.messages("context-sync")).hasSize(1);
            assertThat(phone.messages("context-sync")).hasSize(1);
        }
    }

    @Test
    void aStaleVersionIsAConflictWithWhatIsThere() {
        put("phone", "plan", "old");
        put("phone", "plan", "new");
        try (Client desk = client("desk")) {
            desk.send(
                    "context-sync",
                    null,
                    null,
                    sync("plan", 1, "replace", payload().put("text", "mine")));
            JsonNode error = desk.await1("error").path("payload");
            assertThat(error.path("code").asText()).isEqualTo("version_conflict");
            assertThat(error.at("/details/inReplyTo").asText()).isEqualTo("m-context-sync");
            assertThat(error.at("/details/currentVersion").asLong()).isEqualTo(2);
            assertThat(error.at("/details/data/text").asText()).isEqualTo("new");
            assertThat(error.at("/details/current/contextKey").asText()).isEqualTo("plan");

            desk.send(
                    "context-sync",
                    null,
                    null,
                    sync("plan", 1, "merge", payload().put("text", "mine")));
            assertThat(desk.await("error", 2).at("/payload/details/paths/0").asText())
                    .isEqualTo("/text");

            desk.send(
                    "context-sync",
                    null,
                    null,
                    sync("plan", 1, "merge", payload().put("text", "old").put("more", 1)));
            settle(desk, 1);
            assertThat(server.store()
                            .contexts()
                            .find(ALICE, "plan")
                            .value()
                            .orElseThrow()
                            .version())
                    .isEqualTo(3);
            assertThat(desk.messages("error")).hasSize(2);
        }
    }

    @Test
    void aModeGoesBothWaysByEitherSpelling() {
        try (Client desk = client("desk");
                Client phone = client("phone")) {
            desk.send("mode-update", null, null, payload().put("toMode", "didactic"));
            ObjectNode second = payload().put("currentMode", "parallel");
            second.putObject("configuration").put("model", "big");
            desk.send("mode-update", null, null, second);
            JsonNode told = phone.await("mode-update", 2);
            assertThat(told.path("instanceId").asText()).isEqualTo("desk");
            for (String name : List.of("currentMode", "toMode")) {
                assertThat(told.path("payload").path(name).asText()).isEqualTo("parallel");
            }
            for (String name : List.of("previousMode", "fromMode")) {
                assertThat(told.path("payload").path(name).asText()).isEqualTo("didactic");
            }
            assertThat(told.at("/payload/configuration/model").asText()).isEqualTo("big");
            desk.send("mode-update", null, null, payload().put("toMode", "loud"));
            assertThat(desk.await1("error").at("/payload/details/field").asText())
                    .isEqualTo("toMode");
            assertThat(desk.messages("mode-update")).isEmpty();
        }
    }

    @Test
    void whatIsWrittenWhileInspiredIsToldToNobodyLiveOrLater() {
        try (Client phone = client("phone", "responses", "memories")) {
            String before = phone.messages("connect").getLast().path("position").asText();
            put("desk", "plan", "open");
            switchTo("desk", Mode.INSPIRED, secret());
            put("desk", "plan", "hush");
            put("desk", "diary", "hush");
            server.add(dev.mneme.core.model.ScopeIds.user("alice"), "hush", "desk");
            respond("desk");
            write("desk", new Command.ConfigureMode("desk", secret(), null, -1));
            switchTo("desk", Mode.PARALLEL, JsonObject.EMPTY);
            respond("tablet");
            put("desk", "plan", "open again");
            phone.await("context-sync", 2);
            assertTold(phone);
            ObjectNode resume = connect("phone", "responses", "memories").put("resumeFrom", before);
            try (Client later = Client.open(server.port(), server.adminSecret())) {
                later.connect(resume);
                later.await("context-sync", 2);
                assertTold(later);
            }
        }
    }

    private static void assertTold(Client client) {
        assertThat(client.messages().toString()).doesNotContain("hush");
        assertThat(client.messages("mode-update"))
                .extracting(message -> message.at("/payload/toMode").asText())
                .containsExactly("inspired", "parallel");
        assertThat(client.messages("response-generated")).hasSize(1);
        assertThat(client.messages("response-generated")
                        .getFirst()
                        .at("/payload/messageId")
                        .asText())
                .isEqualTo("m-tablet");
        assertThat(client.messages("context-sync"))
                .extracting(message -> message.at("/payload/version").asLong())
                .containsExactly(1L, 3L);
    }

    @Test
    void idsThatCameAsNumbersAreToldAsNumbers() {
        try (Client asked = client("phone", "responses")) {
            respond("desk", "12", "m", new NumberedIds(true, false));
            JsonNode told = asked.await1("response-generated").path("payload");
            assertThat(told.path("chatId").isIntegralNumber()).isTrue();
            assertThat(told.path("messageId").isTextual()).isTrue();
        }
    }

    private MemoryId conflict(boolean localOnly) {
        MemoryId id = MemoryId.create(Instant.EPOCH, ALICE.slot(), new SecureRandom());
        Conflict.Side side = new Conflict.Side(
                1,
                new JsonObject(Map.of("text", new dev.mneme.core.model.Json.JsonString("hush"))),
                false,
                Instant.EPOCH,
                "k",
                "desk");
        write(
                "desk",
                new Command.RecordConflict(
                        id, new Conflict.About(Conflict.Kind.CONTEXT, "plan"), side, side, side, localOnly));
        return id;
    }

    @Test
    void conflictsAreToldWithoutTheirValuesToWhoAskedForThem() {
        try (Client asked = client("phone", "conflicts");
                Client other = client("tablet", "memories", "responses")) {
            conflict(true);
            MemoryId id = conflict(false);
            write("desk", new Command.ResolveConflict(id, Conflict.Take.THEIRS, null));
            asked.await("conflict", 2);

            assertThat(asked.messages("conflict"))
                    .extracting(message -> message.at("/payload/event").asText())
                    .containsExactly("RECORDED", "RESOLVED");
            assertThat(asked.messages("conflict"))
                    .extracting(message -> message.at("/payload/conflict/id").asText())
                    .containsOnly(id.toString());
            assertThat(asked.messages().toString()).doesNotContain("hush");
            put("desk", "plan", "open");
            other.await1("context-sync");
            assertThat(other.messages("conflict")).isEmpty();
        }
    }

    @Test
    void responsesAreToldToWhoAskedForThem() {
        try (Client asked = client("phone", "responses");
                Client other = client("tablet")) {
            respond("desk");
            assertThat(asked.await1("response-generated").at("/payload/model").asText())
                    .isEqualTo("small");
            settle(other, 1);
            assertThat(other.messages("response-generated")).isEmpty();
        }
    }

    @Test
    void aKeyBelowTheUserIsToldAndShownNothingOfIt() {
        var key = server.key(Role.WRITE, Map.of(OwnerKind.USER, Set.of("alice"), OwnerKind.AGENT, Set.of("bot")), null);
        put("desk", "plan", "open");
        switchTo("desk", Mode.DIDACTIC, JsonObject.EMPTY);
        try (Client bot = Client.open(server.port(), key.secret())) {
            bot.connect(connect("bot"));
            put("desk", "plan", "open");
            switchTo("desk", Mode.PARALLEL, JsonObject.EMPTY);
            bot.send("state-request", null, null, payload());
            JsonNode state = bot.await1("state-response").path("payload");
            assertThat(state.path("modeState").isNull()).isTrue();
            assertThat(state.path("contexts")).isEmpty();
            bot.send("mode-update", null, null, payload().put("toMode", "didactic"));
            assertThat(bot.await1("error").at("/payload/code").asText()).isEqualTo("not_allowed");
            assertThat(bot.messages("context-sync")).isEmpty();
            assertThat(bot.messages("mode-update")).isEmpty();
        }
    }

    @Test
    void theStateIsWholeAndItsPositionIsTrue() {
        switchTo("desk", Mode.INSPIRED, secret());
        switchTo("phone", Mode.DIDACTIC, JsonObject.EMPTY);
        put("desk", "diary", "asked for, and so shown");
        put("phone", "plan", "open");
        try (Client client = client("tablet")) {
            client.send("state-request", null, null, payload());
            JsonNode state = client.await1("state-response");
            assertThat(state.path("position").asText())
                    .isEqualTo(server.store().head(ALICE).toString());
            JsonNode payload = state.path("payload");
            assertThat(payload.at("/modeState/currentMode").asText()).isEqualTo("didactic");
            assertThat(payload.path("modes")).hasSize(2);
            assertThat(payload.at("/contexts/diary/data/text").asText()).startsWith("asked for");
            assertThat(payload.at("/contexts/plan/version").asLong()).isEqualTo(1);
            assertThat(payload.has("parts")).isFalse();

            ObjectNode modes = payload();
            modes.putArray("include").add("mode");
            client.send("state-request", null, null, modes);
            assertThat(client.await("state-response", 2).at("/payload/contexts"))
                    .isEmpty();
        }
    }

    @Test
    void theStateSinceAPositionIsWhatChanged() {
        put("phone", "kept", "old");
        put("phone", "gone", "old");
        put("phone", "plan", "old");
        switchTo("desk", Mode.DIDACTIC, JsonObject.EMPTY);
        switchTo("phone", Mode.DIDACTIC, JsonObject.EMPTY);
        String since = server.store().head(ALICE).toString();
        switchTo("phone", Mode.PARALLEL, JsonObject.EMPTY);
        for (int i = 0; i < 300; i++) {
            put("phone", "busy", "for more than a page of changes " + i);
        }
        put("phone", "plan", "new");
        write("phone", new Command.DeleteContext("gone", -1));
        try (Client client = client("phone")) {
            client.send("state-request", null, null, payload().put("since", since));
            JsonNode state = client.await1("state-response").path("payload");
            assertThat(state.path("since").asText()).isEqualTo(since);
            assertThat(state.at("/modeState/currentMode").asText()).isEqualTo("parallel");
            assertThat(state.path("modes").findValuesAsText("instanceId")).containsExactly("phone");
            assertThat(state.path("contexts")).hasSize(3);
            assertThat(state.at("/contexts/plan/data/text").asText()).isEqualTo("new");
            assertThat(state.at("/contexts/gone/deleted").asBoolean()).isTrue();

            client.send(
                    "state-request", null, null, payload().put("since", "other" + since.substring(since.indexOf(':'))));
            JsonNode whole = client.await("state-response", 2).path("payload");
            assertThat(whole.has("since")).isFalse();
            assertThat(whole.path("contexts")).hasSize(3);
            assertThat(whole.path("contexts").has("kept")).isTrue();
        }
    }

    /// What the client holds is gone, and no change says so of each.
    @Test
    void theStateSinceAPositionBeforeAnErasureIsWhole() {
        put("phone", "gone", "old");
        String since = server.store().head(ALICE).toString();
        write("phone", new Command.EraseOwner());
        put("phone", "plan", "new");
        try (Client client = client("phone")) {
            client.send("state-request", null, null, payload().put("since", since));
            JsonNode state = client.await1("state-response").path("payload");
            assertThat(state.has("since")).isFalse();
            assertThat(state.path("contexts").has("plan")).isTrue();
            assertThat(state.path("contexts")).hasSize(1);
        }
    }

    @Test
    void aLargeStateComesInPartsOfWhichTheLastHasThePosition() {
        server.close();
        server = new LiveServer(LiveConfig.DEFAULTS, SMALL);
        for (int i = 0; i < 10; i++) {
            put("phone", "c" + i, "x".repeat(3_000));
        }
        put("phone", "huge", "x".repeat(20_000));
        switchTo("phone", Mode.DIDACTIC, JsonObject.EMPTY);
        try (Client client = client("tablet")) {
            client.send("state-request", null, null, payload());
            client.await1(message -> message.path("type").asText().equals("state-response") && message.has("position"));
            List<JsonNode> parts = client.messages("state-response");
            assertThat(parts.size()).isGreaterThan(2);
            assertThat(parts)
                    .extracting(part -> part.at("/payload/part").asInt())
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, parts.size()).boxed().toList());
            Set<String> keys = new HashSet<>();
            parts.forEach(part -> {
                assertThat(part.toString().length()).isLessThanOrEqualTo(SMALL.messageBytes());
                assertThat(part.at("/payload/parts").asInt()).isEqualTo(parts.size());
                assertThat(part.at("/payload/modeState/currentMode").asText()).isEqualTo("didactic");
                part.at("/payload/contexts").fieldNames().forEachRemaining(keys::add);
            });
            assertThat(parts.subList(0, parts.size() - 1)).noneMatch(part -> part.has("position"));
            assertThat(keys).hasSize(10).doesNotContain("huge");
            JsonNode error = client.await1("error").path("payload");
            assertThat(error.path("code").asText()).isEqualTo("too_large");
            assertThat(error.path("message").asText()).contains("'huge'").contains("over REST");

            put("phone", "huge", "y".repeat(20_000));
            JsonNode live = client.await("error", 2);
            assertThat(live.path("position").asText())
                    .isEqualTo(server.store().head(ALICE).toString());
            assertThat(live.path("previous").asText())
                    .isEqualTo(parts.getLast().path("position").asText());
            assertThat(live.at("/payload/details/subject").asText()).isEqualTo("huge");
        }
    }
}
