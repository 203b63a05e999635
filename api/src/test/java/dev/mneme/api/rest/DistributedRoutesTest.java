package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Modes;
import dev.mneme.testkit.Fixtures;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The six calls of the first generation's desktop app, to a server by itself.
@Timeout(120)
class DistributedRoutesTest {
    private static final String CALLS = "/api/v1/distributed/";
    private static final Owner ALICE = Fixtures.ALICE;
    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    private RestServer.Reply call(String verb, String body) {
        return rest.post(CALLS + verb, body, "Mneme-Instance", "desk");
    }

    private static void isUp(JsonNode status, String instance, int clients) {
        String expected = """
                {"mongodb":{"enabled":false,"connected":false,"healthy":false},
                 "redis":{"enabled":false,"connected":false,"healthy":false},
                 "websocket":{"enabled":true,"running":true,"clientCount":%d},
                 "instanceId":"%s","isFullyOperational":true}""".formatted(clients, instance);
        assertThat(status).isEqualTo(RestServer.read(expected));
    }

    @Test
    void theStatusIsThatOfAServerByItself() {
        isUp(
                rest.send(rest.admin, "POST", CALLS + "get-status", null, "Mneme-Instance", "desk")
                        .body(),
                "desk",
                7);
        String keyId = rest.keys.authenticate(rest.admin).id();
        isUp(rest.send(rest.admin, "POST", CALLS + "get-status", null).body(), "key:" + keyId, 7);
    }

    @Test
    void aCallWithoutABodyTakesAnEmptyObject() {
        isUp(call("get-status", "{}").body(), "desk", 7);
        isUp(call("shutdown", " { }\n").body(), "desk", 7);
        assertThat(call("get-status", "{\"a\":1}").field()).isEqualTo("body");
        assertThat(call("get-status", "[]").field()).isEqualTo("body");
    }

    @Test
    void aModeThatIsNotStoredIsWhatTheCallerSaw() {
        call("publish-mode-change", "{\"userId\":\"alice\",\"fromMode\":\"didactic\",\"toMode\":\"parallel\"}");
        assertThat(rest.get("/api/v1/transitions?userId=alice")
                        .body()
                        .at("/items/0/fromMode")
                        .asText())
                .isEqualTo("didactic");

        assertThat(rest.store.modes().find(ALICE, "desk").value().orElseThrow().previous())
                .isEqualTo(Mode.DIDACTIC);

        call("publish-mode-change", "{\"userId\":\"alice\",\"fromMode\":\"inspired\",\"toMode\":\"didactic\"}");
        assertThat(rest.store.modes().find(ALICE, "desk").value().orElseThrow().previous())
                .isEqualTo(Mode.PARALLEL);
        assertThat(rest.get("/api/v1/transitions?userId=alice").body().findValuesAsText("fromMode"))
                .containsExactlyInAnyOrder("didactic", "parallel");
    }

    @Test
    void anIdThatCameAsANumberGoesOutAsOne() {
        call("store-response-source", """
                {"userId":"alice","chatId":12,"messageId":"340","mode":"parallel","responseHash":"5f3a",
                 "source":{"sourceType":"external","provider":"anthropic","model":"claude"}}""");
        JsonNode stored = rest.get("/api/v1/responses?userId=alice").body().at("/items/0");
        assertThat(stored.path("chatId").isIntegralNumber()).isTrue();
        assertThat(stored.path("chatId").asLong()).isEqualTo(12);
        assertThat(stored.path("messageId").isTextual()).isTrue();

        JsonNode change = rest.get("/api/v1/changes?userId=alice").body();
        assertThat(change.findValue("chatId").isIntegralNumber()).isTrue();
        assertThat(change.findValue("messageId").isTextual()).isTrue();
        call("store-response-source", """
                {"userId":"alice","chatId":"13","messageId":341,"mode":"parallel","responseHash":"5f3a",
                 "source":{"sourceType":"external","provider":"anthropic","model":"claude"}}""");
        JsonNode second =
                rest.get("/api/v1/responses?userId=alice&chatId=13").body().at("/items/0");
        assertThat(second.path("chatId").isTextual()).isTrue();
        assertThat(second.path("messageId").isIntegralNumber()).isTrue();

        RestServer.Reply other = call("store-response-source", """
                {"userId":"alice","chatId":"12","messageId":340,"mode":"parallel","responseHash":"other",
                 "source":{"sourceType":"external","provider":"anthropic","model":"claude"}}""");
        assertThat(other.status()).isEqualTo(409);
    }

    @Test
    void aRestrictedKeyCountsItsOwnConnections() {
        String alices = rest.key(Role.READ, Fixtures.only(OwnerKind.USER, "alice"), null);

        isUp(
                rest.send(alices, "POST", CALLS + "get-status", null, "Mneme-Instance", "desk")
                        .body(),
                "desk",
                1);
    }

    @Test
    void initializeMayBeRepeatedAndRefusesWhatIsNotHere() {
        String wanted = "{\"mongodb\":{\"enabled\":false},\"websocket\":{\"enabled\":true,\"port\":8765}}";

        isUp(call("initialize", wanted).body(), "desk", 7);
        isUp(call("initialize", wanted).body(), "desk", 7);
        isUp(call("initialize", "{}").body(), "desk", 7);
        assertThat(call("initialize", "{\"mongodb\":{\"enabled\":true}}").field())
                .isEqualTo("mongodb.enabled");
        assertThat(call("initialize", "{\"redis\":{\"enabled\":true}}").field()).isEqualTo("redis.enabled");
    }

    @Test
    void shutdownEndsNothingForOthers() {
        isUp(
                rest.send(rest.admin, "POST", CALLS + "shutdown", null, "Mneme-Instance", "desk")
                        .body(),
                "desk",
                7);

        assertThat(call("publish-mode-change", "{\"userId\":\"alice\",\"toMode\":\"parallel\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPublishedContextHasTheLimitsOfEveryContext() {
        String large = "x".repeat(64 << 10);
        RestServer.Reply refused = call(
                "publish-context-update",
                "{\"userId\":\"alice\",\"contextKey\":\"k\",\"contextType\":\"chat\",\"data\":{\"a\":\"" + large
                        + "\"}}");

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.field()).isEqualTo("data");
        assertThat(rest.store.contexts().find(ALICE, "k").value()).isEmpty();
    }

    @Test
    void aModeChangeIsStoredWithItsTransition() {
        RestServer.Reply first = call(
                "publish-mode-change",
                "{\"userId\":\"alice\",\"fromMode\":\"didactic\",\"toMode\":\"parallel\",\"configuration\":{\"a\":1}}");
        call("publish-mode-change", "{\"userId\":\"alice\",\"fromMode\":\"didactic\",\"toMode\":\"inspired\"}");

        assertThat(first.body().path("success").asBoolean()).isTrue();
        assertThat(first.body().path("position").asText()).isEqualTo(first.header("Mneme-Position"));
        ModeState state = rest.store.modes().find(ALICE, "desk").value().orElseThrow();
        assertThat(state.current()).isEqualTo(Mode.INSPIRED);
        assertThat(state.previous()).isEqualTo(Mode.PARALLEL);
        assertThat(state.configuration()).isEqualTo(Fixtures.json("a", 1));
        List<Transition> transitions = rest.store
                .modes()
                .transitions(new Modes.Query(ALICE, null, null, null, null, null, null, 10))
                .value();
        assertThat(transitions).extracting(Transition::to).containsExactly(Mode.INSPIRED, Mode.PARALLEL);
    }

    @Test
    void aContextUpdateIsTheNextVersion() {
        String update = "{\"userId\":\"alice\",\"contextKey\":\"k\",\"contextType\":\"project\",\"data\":{\"n\":%d}}";
        call("publish-context-update", update.formatted(1));
        RestServer.Reply second = call("publish-context-update", update.formatted(2));

        assertThat(second.body().path("version").asLong()).isEqualTo(2);
        Context context = rest.store.contexts().find(ALICE, "k").value().orElseThrow();
        assertThat(context.data()).isEqualTo(Fixtures.json("n", 2));
        assertThat(context.updatedBy()).isEqualTo("desk");
    }

    @Test
    void anAnswersSourceIsStoredOnce() {
        String source = "{\"userId\":\"alice\",\"chatId\":12,\"messageId\":34,\"mode\":\"parallel\",\"source\":"
                + "{\"sourceType\":\"external\",\"provider\":\"p\",\"model\":\"m\",\"confidence\":0.5,"
                + "\"metadata\":{\"a\":1}},\"responseHash\":\"%s\"}";
        RestServer.Reply first = call("store-response-source", source.formatted("h"));

        assertThat(first.body().path("event").asText()).isEqualTo("ADD");
        ResponseSource stored =
                rest.store.responses().find(ALICE, "12", "34").value().orElseThrow();
        assertThat(stored.instanceId()).isEqualTo("desk");
        assertThat(stored.metadata()).isEqualTo(Fixtures.json("a", 1));
        assertThat(call("store-response-source", source.formatted("h"))
                        .body()
                        .path("event")
                        .asText())
                .isEqualTo("NONE");
        RestServer.Reply conflict = call("store-response-source", source.formatted("other"));
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.body().path("current").path("responseHash").asText())
                .isEqualTo("h");
    }

    @Test
    void anotherUsersAreNotToBeWritten() {
        String bobs = rest.key(Role.WRITE, Fixtures.only(OwnerKind.USER, "bob"), null);

        assertThat(rest.send(
                                bobs,
                                "POST",
                                CALLS + "publish-context-update",
                                "{\"userId\":\"alice\",\"contextKey\":\"k\",\"contextType\":\"chat\",\"data\":{}}")
                        .code())
                .isEqualTo("not_allowed");
        assertThat(rest.send(
                                bobs,
                                "POST",
                                CALLS + "publish-mode-change",
                                "{\"userId\":\"alice\",\"toMode\":\"parallel\"}")
                        .code())
                .isEqualTo("not_allowed");
        assertThat(rest.store.head(ALICE).sequence()).isZero();
    }
}
