package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.ConfigureMode;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Command.PutContext;
import dev.mneme.core.command.Command.SwitchMode;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Modes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Modes, transitions, what is kept from everything that is pushed, and a user's state at one position.
abstract class ModesPart extends StorePart {
    private static final Provenance DESK = new Provenance("k1", "desk", true);
    private static final Provenance PHONE = new Provenance("k1", "phone", true);

    private static SwitchMode to(String instance, Mode mode) {
        return to(instance, mode, null);
    }

    private static SwitchMode to(String instance, Mode mode, @Nullable JsonObject configuration) {
        return new SwitchMode(instance, mode, null, configuration, null, null, null, Command.ANY_VERSION);
    }

    private static ConfigureMode configure(String instance, JsonObject patch) {
        return new ConfigureMode(instance, patch, null, Command.ANY_VERSION);
    }

    private Outcome by(Provenance writer, Command command) {
        return store().write(new Write(ALICE, writer, null, List.of(command)))
                .outcomes()
                .getFirst();
    }

    private ModeState mode(String instance) {
        return store().modes().find(ALICE, instance).value().orElseThrow();
    }

    private List<Transition> transitions() {
        return store().modes()
                .transitions(new Modes.Query(ALICE, null, null, null, null, null, null, 100))
                .value();
    }

    private Change last() {
        return changes(ALICE, head(ALICE) - 1).getFirst();
    }

    @Test
    void whereNoModeIsStoredTheOneBeforeIsTheCallers() {
        ModeState first = (ModeState) ((Outcome.Stored) by(DESK, from(Mode.DIDACTIC, Mode.PARALLEL))).subject();
        ModeState second = (ModeState) ((Outcome.Stored) by(DESK, from(Mode.DIDACTIC, Mode.INSPIRED))).subject();

        assertThat(first.previous()).isEqualTo(Mode.DIDACTIC);
        assertThat(second.previous()).isEqualTo(Mode.PARALLEL);
        assertThat(store().modes()
                        .transitions(new Modes.Query(ALICE, null, null, null, null, null, null, 10))
                        .value())
                .extracting(Transition::from)
                .containsExactly(Mode.PARALLEL, Mode.DIDACTIC);
    }

    private static SwitchMode from(Mode from, Mode to) {
        return new SwitchMode("desk", to, null, null, null, null, null, Command.ANY_VERSION, from);
    }

    @Test
    void aSwitchIsTheModeAndItsTransition() {
        Instant first = now();
        by(DESK, to("desk", Mode.DIDACTIC, json("model", "big")));
        clock.advance(Duration.ofMinutes(1));
        Outcome outcome = by(
                DESK,
                new SwitchMode(
                        "desk",
                        Mode.PARALLEL,
                        new Capabilities(true, true, false, false, true),
                        null,
                        json("open", "chat-1"),
                        250L,
                        null,
                        1));

        ModeState expected = new ModeState(
                "alice",
                "desk",
                Mode.PARALLEL,
                Mode.DIDACTIC,
                new Capabilities(true, true, false, false, true),
                json("model", "big"),
                now(),
                3,
                now(),
                2,
                false);
        assertThat(outcome).isEqualTo(new Outcome.Stored(MemoryEvent.UPDATE, expected));
        Transition switched = new Transition(
                "alice",
                "desk",
                Mode.DIDACTIC,
                Mode.PARALLEL,
                json("open", "chat-1"),
                250L,
                true,
                null,
                now(),
                4,
                false);
        Transition before =
                new Transition("alice", "desk", null, Mode.DIDACTIC, null, null, true, null, first, 2, false);
        reopen();
        assertThat(mode("desk")).isEqualTo(expected);
        assertThat(transitions()).containsExactly(switched, before);
        assertThat(changes(ALICE, 2))
                .extracting(Change::type)
                .containsExactly(ChangeType.MODE_CHANGED, ChangeType.TRANSITION_RECORDED);
        assertThat(changes(ALICE, 2)).extracting(Change::subject).containsExactly(expected, switched);
        assertThat(changes(ALICE, 2)).extracting(Change::key).containsExactly("desk", "desk");
    }

    @Test
    void aSwitchThatFailedIsATransitionAlone() {
        by(DESK, to("desk", Mode.DIDACTIC));
        ModeState before = mode("desk");

        by(DESK, new SwitchMode("desk", Mode.INSPIRED, null, null, null, 9L, "no local model", Command.ANY_VERSION));

        assertThat(mode("desk")).isEqualTo(before);
        assertThat(transitions().getFirst().success()).isFalse();
        assertThat(transitions().getFirst().error()).isEqualTo("no local model");
        assertThat(last().type()).isEqualTo(ChangeType.TRANSITION_RECORDED);
        assertThat(head(ALICE)).isEqualTo(3);
    }

    @Test
    void aSwitchWithoutCapabilitiesHasItsModes() {
        for (Mode mode : Mode.values()) {
            by(DESK, to("desk", mode));
            assertThat(mode("desk").capabilities()).isEqualTo(Capabilities.of(mode));
        }
    }

    @Test
    void aConfigurationIsMergedAndIsNoSwitch() {
        by(DESK, to("desk", Mode.DIDACTIC, json("model", "big", "voice", true)));
        Instant activated = now();
        clock.advance(Duration.ofMinutes(1));

        by(DESK, configure("desk", json("voice", new dev.mneme.core.model.Json.JsonNull(), "speed", 2)));

        assertThat(mode("desk").configuration()).isEqualTo(json("model", "big", "speed", 2));
        assertThat(mode("desk").activatedAt()).isEqualTo(activated);
        assertThat(mode("desk").updatedAt()).isEqualTo(now());
        assertThat(mode("desk").version()).isEqualTo(2);
        assertThat(transitions()).hasSize(1);
        assertThat(last().type()).isEqualTo(ChangeType.MODE_CONFIGURED);
    }

    @Test
    void whatConfiguresNothingNewIsNoChange() {
        by(DESK, to("desk", Mode.DIDACTIC, json("model", "big")));

        assertEvent(by(DESK, configure("desk", json("model", "big"))), MemoryEvent.NONE);

        assertThat(head(ALICE)).isEqualTo(2);

        Capabilities other = new Capabilities(true, true, false, false, true);
        by(DESK, new Command.ConfigureMode("desk", json("model", "big"), other, Command.ANY_VERSION));
        assertThat(mode("desk").capabilities()).as("these are new").isEqualTo(other);
    }

    @Test
    void whoHasNoModeCannotBeConfigured() {
        assertRejected(by(DESK, configure("desk", json("a", 1))), ErrorCode.NOT_FOUND, null);
    }

    @Test
    void anOutdatedVersionIsRefusedWithTheMode() {
        by(DESK, to("desk", Mode.DIDACTIC));
        ModeState now = mode("desk");
        for (Command stale : List.of(
                new SwitchMode("desk", Mode.PARALLEL, null, null, null, null, null, 0),
                new SwitchMode("desk", Mode.PARALLEL, null, null, null, null, "failed", 7),
                new ConfigureMode("desk", json("a", 1), null, 3))) {
            assertThat(by(DESK, stale)).isInstanceOfSatisfying(Rejected.class, rejected -> {
                assertThat(rejected.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
                assertThat(rejected.current()).isEqualTo(now);
            });
        }
        assertThat(head(ALICE)).isEqualTo(2);
    }

    /// Version 0 says that there is none yet.
    @Test
    void whoExpectsNoModeIsTheFirstOrIsRefused() {
        assertThat(by(DESK, new SwitchMode("desk", Mode.PARALLEL, null, null, null, null, null, 1)))
                .isInstanceOfSatisfying(
                        Rejected.class, rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
        assertThat(by(DESK, new SwitchMode("desk", Mode.PARALLEL, null, null, null, null, null, 0)))
                .isInstanceOf(Outcome.Stored.class);
        assertThat(mode("desk").version()).isEqualTo(1);
    }

    @Test
    void instancesAndUsersAreApart() {
        by(DESK, to("phone", Mode.INSPIRED));
        by(DESK, to("desk", Mode.DIDACTIC));
        write(BOB, to("desk", Mode.PARALLEL));

        assertThat(store().modes().all(ALICE).value())
                .extracting(ModeState::instanceId)
                .containsExactly("desk", "phone");
        assertThat(store().modes().find(BOB, "desk").value().orElseThrow().current())
                .isEqualTo(Mode.PARALLEL);
        assertThat(store().modes().find(BOB, "phone").value()).isEmpty();
    }

    @Test
    void transitionsAreNewestFirstByFilterAndPage() {
        for (int i = 0; i < 6; i++) {
            by(DESK, to(i % 2 == 0 ? "desk" : "phone", i < 3 ? Mode.DIDACTIC : Mode.PARALLEL));
            clock.advance(Duration.ofMinutes(1));
        }
        Instant third = now().minus(Duration.ofMinutes(3));
        assertThat(page("desk", null, null, null, null)).containsExactly(9L, 5L, 1L);
        assertThat(page(null, Mode.PARALLEL, null, null, null)).containsExactly(11L, 9L, 7L);
        assertThat(page(null, null, third, null, null)).containsExactly(11L, 9L, 7L);
        assertThat(page(null, null, null, third, null)).containsExactly(5L, 3L, 1L);
        assertThat(page(null, null, null, null, 9L)).containsExactly(7L, 5L, 3L, 1L);
    }

    /// The sequences of the switches' modes: each is one before its transition's.
    private List<Long> page(
            @Nullable String instance,
            @Nullable Mode to,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable Long before) {
        Modes.Query query = new Modes.Query(ALICE, instance, to, true, since, until, before, 100);
        return store().modes().transitions(query).value().stream()
                .map(transition -> transition.sequence() - 1)
                .toList();
    }

    @Test
    void whatIsWrittenWhileInspiredIsLocalOnlyButTheSwitchIsTold() {
        by(DESK, to("desk", Mode.INSPIRED, json("secret", 1)));
        Change announced = changes(ALICE, 0).getFirst();
        assertThat(announced.announced().flatMap(change -> Optional.ofNullable(change.subject())))
                .hasValueSatisfying(told -> assertThat(told).isInstanceOfSatisfying(ModeState.class, state -> {
                    assertThat(state.current()).isEqualTo(Mode.INSPIRED);
                    assertThat(state.configuration()).isEqualTo(JsonObject.EMPTY);
                }));
        assertThat(mode("desk").configuration()).isEqualTo(json("secret", 1));
        assertThat(last().announced()).isEmpty(); // the transition

        by(PHONE, configure("desk", json("secret", 2)));
        assertThat(last().announced()).isEmpty();

        by(DESK, to("desk", Mode.PARALLEL));
        assertThat(last().announced()).as("the transition away").isEmpty();
        assertThat(mode("desk").configuration()).isEqualTo(JsonObject.EMPTY);
        assertThat(mode("desk").localOnly()).isFalse();

        by(DESK, configure("desk", json("open", 1)));
        assertThat(last().announced()).contains(last());
    }

    @Test
    void aSwitchToInspiredByAnotherInstanceIsLocalOnlyToo() {
        by(PHONE, to("phone", Mode.DIDACTIC));
        by(PHONE, new SwitchMode("desk", Mode.INSPIRED, null, null, null, 9L, "no local model", Command.ANY_VERSION));
        assertThat(last().announced()).as("an attempt").isEmpty();
        by(PHONE, to("desk", Mode.INSPIRED));
        assertThat(last().announced()).isEmpty();
    }

    @Test
    void whatAnInspiredInstanceConfiguresByASwitchOfAnotherIsLocalOnly() {
        by(DESK, to("desk", Mode.INSPIRED));
        by(DESK, to("phone", Mode.DIDACTIC, json("secret", 1)));
        assertThat(mode("phone").localOnly()).isTrue();
        assertThat(mode("phone").announced().configuration()).isEqualTo(JsonObject.EMPTY);
    }

    @Test
    void whatAnInspiredInstanceWritesOfAnotherStaysLocalOnlyWhileItIsThere() {
        by(PHONE, to("phone", Mode.DIDACTIC));
        by(DESK, to("desk", Mode.INSPIRED));
        by(DESK, configure("phone", json("secret", 1)));
        assertThat(last().announced()).isEmpty();

        by(PHONE, configure("phone", json("open", 2)));
        assertThat(last().announced()).isEmpty();

        by(PHONE, to("phone", Mode.PARALLEL));
        Change told = changes(ALICE, head(ALICE) - 2).getFirst();
        assertThat(told.announced().map(Change::subject)).contains(mode("phone").announced());
        assertThat(mode("phone").announced().configuration()).isEqualTo(JsonObject.EMPTY);

        by(PHONE, to("phone", Mode.DIDACTIC, json("open", 3)));
        assertThat(changes(ALICE, head(ALICE) - 2).getFirst().localOnly()).isFalse();
    }

    @Test
    void aUsersStateIsModesAndContextsAtOnePosition() {
        by(DESK, to("desk", Mode.DIDACTIC));
        for (String key : List.of("b", "c", "a", "d")) {
            by(
                    DESK,
                    new PutContext(
                            key,
                            ContextType.CUSTOM,
                            null,
                            json("key", key),
                            List.of(),
                            null,
                            Command.ANY_VERSION,
                            MergeStrategy.REPLACE));
        }
        by(DESK, new Command.DeleteContext("c", Command.ANY_VERSION));
        write(BOB, to("desk", Mode.PARALLEL));

        List<String> keys = new ArrayList<>();
        At<List<ModeState>> state = store().userState(ALICE, context -> keys.add(context.key()));

        assertThat(state.value()).containsExactly(mode("desk"));
        assertThat(state.position()).isEqualTo(store().head(ALICE));
        assertThat(keys).containsExactly("a", "b", "d");
        List<Context> some = new ArrayList<>();
        store().userState(ALICE, context -> some.add(context) && some.size() < 2);
        assertThat(some).hasSize(2);
    }

    @Test
    void anErasureTakesModesAndTransitions() {
        by(DESK, to("desk", Mode.INSPIRED));
        write(ALICE, new Command.EraseOwner());

        assertThat(store().modes().all(ALICE).value()).isEmpty();
        assertThat(transitions()).isEmpty();
        write(ALICE, Fixtures.add("alice", "likes tea"));
        assertThat(last().localOnly()).isFalse();
    }
}
