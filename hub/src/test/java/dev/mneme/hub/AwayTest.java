package dev.mneme.hub;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.BY;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.stored;
import static dev.mneme.testkit.Fixtures.words;
import static dev.mneme.testkit.Fixtures.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Store;
import dev.mneme.hub.TestNodes.Node;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The database is away: what can wait waits on the node's disk, and is committed in its order when it is back.
final class AwayTest {
    private final TestNodes hub = new TestNodes();

    private static Command put(String key, Object value) {
        return new Command.PutContext(
                key,
                ContextType.CUSTOM,
                null,
                json("value", value),
                List.of(),
                null,
                Command.ANY_VERSION,
                Command.MergeStrategy.REPLACE);
    }

    private static List<Conflict> conflicts(Store store) {
        return store.conflicts()
                .list(new Conflicts.Query(ALICE, null, null, null, 10))
                .value();
    }

    private static @Nullable Json value(Conflict.@Nullable Side side, String field) {
        return side == null || side.value() == null
                ? null
                : side.value().members().get(field);
    }

    @Test
    void whatWaitsIsCommittedInItsOrderAndSearchGoesOn() {
        try (Node a = hub.open("a")) {
            stored(a.store().write(write(ALICE, add("alice", "Alice grows tomatoes."))));
            a.database().setAway(true);

            for (int i = 1; i <= 3; i++) {
                WriteResult result = a.store().write(write(ALICE, add("alice", "Waiting " + i)));
                assertThat(result.position().isPending()).isTrue();
                assertThat(result.position().sequence()).isEqualTo(i);
                assertThat(stored(result).text()).isEqualTo("Waiting " + i);
            }
            assertThat(a.store().search(words(ALICE, "tomatoes", Instant.now())).hits())
                    .hasSize(1);
            assertThat(a.store().head(ALICE).sequence()).isEqualTo(1);
            assertThat(a.store().hubStatus().waiting()).isEqualTo(3);

            a.database().setAway(false);
            await().until(() -> a.store().head(ALICE).sequence() == 4);
            assertThat(a.store().changes(ALICE, 1, 10).changes())
                    .extracting(change -> ((Memory) Objects.requireNonNull(change.subject())).text())
                    .containsExactly("Waiting 1", "Waiting 2", "Waiting 3");
            assertThat(a.store().hubStatus().waiting()).isZero();
        }
    }

    @Test
    void whatWaitsOutlivesTheNode() {
        try (Node a = hub.open("a")) {
            stored(a.store().write(write(ALICE, add("alice", "One"))));
            a.database().setAway(true);
            assertThat(a.store()
                            .write(write(ALICE, add("alice", "Two")))
                            .position()
                            .isPending())
                    .isTrue();
        }
        try (Node a = hub.open("a")) {
            await().until(() -> a.store().head(ALICE).sequence() == 2);
        }
    }

    @Test
    void aWriteThatWasOvertakenBecomesAConflict() {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            a.store().write(write(ALICE, put("plan", "first")));
            a.database().setAway(true);
            assertThat(a.store()
                            .write(write(ALICE, put("plan", "of a")))
                            .position()
                            .isPending())
                    .isTrue();
            b.store().write(write(ALICE, put("plan", "of b")));

            a.database().setAway(false);
            await().until(() -> !conflicts(a.store()).isEmpty());

            Conflict conflict = conflicts(a.store()).getFirst();
            assertThat(conflict.about()).isEqualTo(new Conflict.About(Conflict.Kind.CONTEXT, "plan"));
            assertThat(value(conflict.mine(), "data")).isEqualTo(json("value", "of a"));
            assertThat(value(conflict.theirs(), "data")).isEqualTo(json("value", "of b"));
            assertThat(value(conflict.base(), "data")).isEqualTo(json("value", "first"));
            assertThat(conflict.mine().keyId()).isEqualTo(BY.keyId());
            Json now = a.store()
                    .contexts()
                    .find(ALICE, "plan")
                    .value()
                    .orElseThrow()
                    .data();
            assertThat(now).isEqualTo(json("value", "of b"));
            await().until(() -> conflicts(b.store()).equals(conflicts(a.store())));
        }
    }

    @Test
    void anUpdateThatWasOvertakenBecomesAConflict() {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            Memory memory = stored(a.store().write(write(ALICE, add("alice", "Alice grows tomatoes."))));
            b.store().head(ALICE);
            a.database().setAway(true);
            a.store().write(write(ALICE, retext(memory.id(), "Alice grows melons.")));
            b.store().write(write(ALICE, new Command.DeleteMemory(memory.id(), Command.ANY_VERSION)));

            a.database().setAway(false);
            await().until(() -> !conflicts(a.store()).isEmpty());

            Conflict conflict = conflicts(a.store()).getFirst();
            assertThat(conflict.theirs().deleted()).isTrue();
            assertThat(value(conflict.mine(), "text")).isEqualTo(new Json.JsonString("Alice grows melons."));
        }
    }

    @Test
    void whatNeedsAnOwnerThatIsNotHereIsRefusedAndNewThingsWait() {
        try (Node a = hub.open("a")) {
            Memory memory = stored(a.store().write(write(ALICE, add("alice", "One"))));
            a.database().setAway(true);

            assertThat(a.store()
                            .write(write(BOB, add("bob", "Bob is new here.")))
                            .position()
                            .isPending())
                    .isTrue();
            assertThatThrownBy(() -> a.store().head(BOB))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HUB_UNAVAILABLE));
            assertThatThrownBy(() -> a.store().write(write(BOB, retext(memory.id(), "No"))))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HUB_UNAVAILABLE));

            a.database().setAway(false);
            await().until(() -> a.store().head(BOB).sequence() == 1);
        }
    }
}
