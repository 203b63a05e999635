package dev.mneme.api.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.ParsedHeap;
import dev.mneme.api.live.Followed;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.wire.LiveMessage;
import dev.mneme.wire.live.LiveConnectRequest;
import dev.mneme.wire.live.LiveContextRequest;
import dev.mneme.wire.live.LiveModeRequest;
import dev.mneme.wire.live.LivePayloads;
import dev.mneme.wire.live.LiveStateRequest;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The payloads that `wire` declares are those that the server sends and reads. Payloads that it sends are also held to
/// their records by every [Client].
class LivePayloadsTest {
    private static final Owner ALICE = Owner.user("alice");

    private static Set<String> types(MessageType.From... senders) {
        return Stream.of(MessageType.values())
                .filter(type -> List.of(senders).contains(type.from()))
                .map(MessageType::wireName)
                .collect(Collectors.toSet());
    }

    @Test
    void eachTypeOfMessageHasItsPayloadDeclaredUnlessItIsFree() {
        Set<String> sent = types(MessageType.From.SERVER, MessageType.From.EITHER);
        sent.remove("pong"); // a copy of the ping's
        assertThat(LivePayloads.FROM_SERVER.keySet()).isEqualTo(sent);
        Set<String> read = types(MessageType.From.CLIENT, MessageType.From.EITHER);
        read.removeAll(Set.of("ping", "pong", "heartbeat", "disconnect")); // nothing is read of them
        assertThat(LivePayloads.FROM_CLIENT.keySet()).isEqualTo(read);
    }

    /// What a session makes of a client's message.
    private static List<Action> decided(Session session, String type, Record payload) {
        assertThat(payload).isInstanceOf(LivePayloads.FROM_CLIENT.get(type));
        LiveMessage message = new LiveMessage("m", type, "", "", 1, payload, null, null);
        String text = new String(JsonWriter.bytes(message), StandardCharsets.UTF_8);
        return session.decide(Envelope.read(text, new ParsedHeap(more -> {}, 0)));
    }

    private static Session following() {
        Session session = new Session();
        session.authenticated();
        session.follows(new Followed.One(ALICE), true, true);
        return session;
    }

    @Test
    void aConnectIsReadAsItIsDeclared() {
        LiveConnectRequest whole = new LiveConnectRequest(
                "mk_secret", "alice", null, null, null, null, "desk", "abcdefgh:1:2", List.of("memories", "conflicts"));
        assertThat(decided(new Session(), "connect", whole))
                .containsExactly(
                        new Action.Authenticate("mk_secret"),
                        new Action.Follow(
                                new Followed.One(ALICE),
                                "desk",
                                "abcdefgh:1:2",
                                EnumSet.of(Capability.MEMORIES, Capability.CONFLICTS),
                                true));
        Map<Followed, LiveConnectRequest> others = Map.of(
                new Followed.One(new Owner(Owner.DEFAULT_PROJECT, OwnerKind.AGENT, "a")),
                new LiveConnectRequest("t", null, "a", null, null, null, null, null, null),
                new Followed.One(new Owner(Owner.DEFAULT_PROJECT, OwnerKind.APP, "b")),
                new LiveConnectRequest("t", null, null, "b", null, null, null, null, null),
                new Followed.One(new Owner(Owner.DEFAULT_PROJECT, OwnerKind.RUN, "c")),
                new LiveConnectRequest("t", null, null, null, "c", null, null, null, null),
                new Followed.Everyone(),
                new LiveConnectRequest("t", null, null, null, null, "all", null, null, null));
        others.forEach((whom, request) -> assertThat(decided(new Session(), "connect", request))
                .endsWith(new Action.Follow(whom, null, null, Set.of(), true)));
    }

    @Test
    void aStateRequestIsReadAsItIsDeclared() {
        assertThat(decided(following(), "state-request", new LiveStateRequest(List.of("mode", "presence"), "p")))
                .containsExactly(new Action.State(EnumSet.of(StatePart.MODE, StatePart.PRESENCE), "p"));
    }

    @Test
    void aModeUpdateIsReadAsItIsDeclared() {
        Action switched = new Action.SwitchMode(new ModeService.Switch(
                null, Mode.PARALLEL, null, JsonObject.EMPTY, null, null, null, Command.ANY_VERSION));
        assertThat(decided(following(), "mode-update", new LiveModeRequest("parallel", null, Map.of())))
                .containsExactly(switched);
        assertThat(decided(following(), "mode-update", new LiveModeRequest(null, "parallel", Map.of())))
                .containsExactly(switched);
    }

    @Test
    void aContextSyncIsReadAsItIsDeclared() {
        assertThat(decided(
                        following(),
                        "context-sync",
                        new LiveContextRequest(
                                "theme", "chat", "didactic", Map.of(), null, List.of("ui"), 3L, "merge")))
                .containsExactly(new Action.SyncContext(new ContextSync(
                        "theme",
                        ContextType.CHAT,
                        Mode.DIDACTIC,
                        JsonObject.EMPTY,
                        List.of("ui"),
                        3,
                        MergeStrategy.MERGE)));
        assertThat(decided(
                        following(),
                        "context-sync",
                        new LiveContextRequest("theme", null, null, null, true, null, null, null)))
                .containsExactly(new Action.SyncContext(
                        new ContextSync("theme", null, null, null, null, Command.ANY_VERSION, MergeStrategy.REPLACE)));
    }
}
