package dev.mneme.hub;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Store;
import dev.mneme.hub.TestNodes.Node;
import dev.mneme.testkit.HeapHubDatabase.Call;
import dev.mneme.testkit.HeapHubDatabase.Hook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A node dies before or after any call of the database that a write makes. What it answered is there for the others,
/// what is there is whole and spread in the end, and positions are dense.
final class CrashPointsTest {
    private final TestNodes hub = new TestNodes();

    record Point(Call call, boolean after) {}

    static Stream<Point> points() {
        return Stream.of(Call.HEAD, Call.LOAD, Call.COMMIT, Call.SPREAD, Call.SETTLE)
                .flatMap(call -> Stream.of(new Point(call, false), new Point(call, true)));
    }

    @ParameterizedTest
    @MethodSource("points")
    void aNodeDies(Point point) {
        AtomicBoolean dead = new AtomicBoolean();
        List<String> acknowledged = new ArrayList<>();
        try (Node a = hub.open("a")) {
            a.database().hook(new Hook() {
                @Override
                public void before(Call call, @Nullable Owner owner) {
                    die(new Point(call, false), owner);
                }

                @Override
                public void after(Call call, @Nullable Owner owner) {
                    die(new Point(call, true), owner);
                }

                private void die(Point here, @Nullable Owner owner) {
                    if (dead.get() || (here.equals(point) && ALICE.equals(owner))) {
                        dead.set(true);
                        a.database().setAway(true);
                        throw new MnemeException(ErrorCode.HUB_UNAVAILABLE, "The node died here.");
                    }
                }
            });
            for (int i = 0; i < 3 && !dead.get(); i++) {
                written(a.store(), "First " + i).ifPresent(acknowledged::add);
            }
            await().untilTrue(dead);
        }
        try (Node b = hub.open("b")) {
            Store newest = b.store();
            written(newest, "Second").ifPresent(acknowledged::add);
            List<String> there = texts(newest);

            assertThat(there).containsAll(acknowledged).doesNotHaveDuplicates();
            assertThat(acknowledged).contains("Second");
            await().until(() ->
                    b.database().unfinished(Instant.now().plusSeconds(60), 10).isEmpty());
            try (Node c = hub.open("c")) {
                assertThat(texts(c.store())).isEqualTo(there);
                assertThat(c.store().head(ALICE)).isEqualTo(b.store().head(ALICE));
            }
        }
    }

    /// A commit whose answer was lost is found again, and not made twice.
    @Test
    void anAnswerIsLost() {
        try (Node a = hub.open("a")) {
            assertThat(written(a.store(), "One")).isPresent();
            a.database().loseAnswers(Call.COMMIT, 1);

            assertThat(written(a.store(), "Two")).isPresent();
            assertThat(texts(a.store())).containsExactly("One", "Two");
        }
    }

    /// A commit that failed takes place later: then another one took its revision, and it has no effect.
    @Test
    void aCommitTakesPlaceLate() {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            assertThat(written(a.store(), "One")).isPresent();
            a.database().delay(Call.COMMIT, 1);

            assertThat(written(a.store(), "Two")).isPresent();
            assertThat(written(b.store(), "Three")).isPresent();
            a.database().releaseDelayed();

            assertThat(written(a.store(), "Four")).isPresent();
            assertThat(texts(a.store())).containsExactly("One", "Two", "Three", "Four");
        }
    }

    private static Optional<String> written(Store store, String text) {
        Position position = store.write(write(ALICE, add("alice", text))).position();
        return position.isPending() ? Optional.empty() : Optional.of(text);
    }

    /// In the order of the changes, of which none is missing.
    private static List<String> texts(Store store) {
        List<Change> changes = store.reading(Freshness.linearizable(Duration.ofSeconds(5)))
                .changes(ALICE, 0, 100)
                .changes();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            assertThat(change.position().sequence()).isEqualTo(i + 1);
            texts.add(((Memory) Objects.requireNonNull(change.subject())).text());
        }
        return texts;
    }
}
