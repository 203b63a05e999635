package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.once;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.vector;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command.EraseOwner;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Positions, an owner's changes, what is retained of them, erasure and subscriptions.
@SuppressWarnings("try") // subscriptions are held open, not used
abstract class FeedPart extends StorePart {
    private static final Provenance DESK = new Provenance("k1", "desk", true);

    @Test
    void everyEffectIsOneChangeWithWhoAndWhen() {
        Memory tea = added(add("alice", "likes tea"));
        clock.advance(Duration.ofMinutes(1));
        Memory coffee =
                Fixtures.stored(store().write(new Write(ALICE, DESK, null, List.of(retext(tea.id(), "likes coffee")))));
        clock.advance(Duration.ofMinutes(1));
        write(ALICE, delete(tea.id()));

        Position at = new Position(store().epoch(), ALICE.slot(), 1);
        assertThat(changes(ALICE, 0))
                .containsExactly(
                        new Change(ALICE, at, ChangeType.MEMORY_ADDED, tea.createdAt(), Fixtures.BY, tea),
                        new Change(
                                ALICE, at.withSequence(2), ChangeType.MEMORY_UPDATED, coffee.updatedAt(), DESK, coffee),
                        new Change(ALICE, at.withSequence(3), ChangeType.MEMORY_DELETED, now(), Fixtures.BY, coffee));
    }

    @Test
    void whatHasNoEffectIsNoChange() {
        Memory tea = added(add("alice", "likes tea"));

        Position position = write(
                        ALICE, add("alice", "likes tea"), retext(tea.id(), "likes tea"), delete(Fixtures.id(ALICE)))
                .position();

        assertThat(position.sequence()).isEqualTo(1);
        assertThat(changes(ALICE, 0)).hasSize(1);
    }

    @Test
    void changesComeAfterTheGivenSequenceOldestFirstInPieces() {
        fill(10);

        ChangeBatch batch = store().changes(ALICE, 4, 3);
        assertThat(batch.changes())
                .extracting(change -> change.position().sequence())
                .containsExactly(5L, 6L, 7L);
        assertThat(batch.after()).isEqualTo(4);
        assertThat(batch.position()).isEqualTo(store().head(ALICE));
        assertThat(batch.reset()).isFalse();
        assertThat(store().changes(ALICE, 10, 3)).isEqualTo(new ChangeBatch(List.of(), 10, store().head(ALICE), false));
    }

    @Test
    void ownersHaveTheirOwnSequences() {
        fill(3);

        assertThat(write(BOB, add("bob", "likes beer")).position().sequence()).isEqualTo(1);
        assertThat(changes(BOB, 0)).hasSize(1);
        assertThat(changes(ALICE, 0)).hasSize(3);
    }

    @Test
    void aSequenceThatIsYetToComeIsAReset() {
        fill(2);

        ChangeBatch batch = store().changes(ALICE, 3, 10);
        assertThat(batch.reset()).isTrue();
        assertThat(batch.changes()).isEmpty();
        assertThat(batch.position()).isEqualTo(store().head(ALICE));
    }

    @Test
    void theLatestChangesAreRetained() {
        reopen(settings().withChangesPerOwner(20));
        fill(50);

        ChangeBatch kept = store().changes(ALICE, 30, 1_000);
        assertThat(kept.reset()).isFalse();
        assertThat(sequences(kept)).isEqualTo(range(31, 50));
    }

    @Test
    void changesBeyondTheLimitAreDroppedInTheEndAndTheirReadersReset() {
        reopen(settings().withChangesPerOwner(20));
        fill(200);

        ChangeBatch lost = store().changes(ALICE, 0, 1_000);
        assertThat(lost.reset()).isTrue();
        assertThat(lost.changes()).isEmpty();
        assertThat(lost.position().sequence()).isEqualTo(200);
        ChangeBatch oldest = store().changes(ALICE, Store.OLDEST, 1_000);
        assertThat(oldest.reset()).isFalse();
        assertThat(oldest.after()).isBetween(1L, 180L);
        assertThat(sequences(oldest)).isEqualTo(range(oldest.after() + 1, 200));
    }

    @Test
    void theLimitIsEachOwnersOwn() {
        reopen(settings().withChangesPerOwner(20));
        write(BOB, add("bob", "likes beer"));
        fill(200);

        assertThat(changes(BOB, 0)).hasSize(1);
    }

    @Test
    void changesAreRetainedForSevenDays() {
        fill(2);
        clock.advance(Duration.ofDays(7).minusMillis(1));

        assertThat(changes(ALICE, 0)).hasSize(2);
    }

    @Test
    void olderChangesAreGoneWithTheOwnersNextWrite() {
        fill(2);
        clock.advance(Duration.ofDays(8));
        write(ALICE, add("alice", "likes tea"));

        assertThat(store().changes(ALICE, 0, 10).reset()).isTrue();
        assertThat(store().changes(ALICE, 1, 10).reset()).isTrue();
        assertThat(sequences(store().changes(ALICE, 2, 10))).containsExactly(3L);
        ChangeBatch oldest = store().changes(ALICE, Store.OLDEST, 10);
        assertThat(oldest.after()).isEqualTo(2);
        assertThat(sequences(oldest)).containsExactly(3L);
    }

    @Test
    void theOldestIsNeverAReset() {
        assertThat(store().changes(ALICE, Store.OLDEST, 10))
                .isEqualTo(new ChangeBatch(List.of(), 0, store().head(ALICE), false));
        fill(3);
        assertThat(store().changes(ALICE, Store.OLDEST, 2).after()).isZero();
        assertThat(sequences(store().changes(ALICE, Store.OLDEST, 2))).containsExactly(1L, 2L);
    }

    @Test
    void changesSurviveReopening() {
        fill(3);
        List<Change> before = changes(ALICE, 0);
        reopen();

        assertThat(changes(ALICE, 0)).isEqualTo(before);
        write(ALICE, add("alice", "likes tea"));
        assertThat(sequences(store().changes(ALICE, 2, 10))).containsExactly(3L, 4L);
    }

    @Test
    void erasureRemovesAllButTheHead() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));
        Memory gone = added(add("alice", "likes coffee"));
        write(ALICE, delete(gone.id()));
        Memory bobs = added(add("bob", "likes tea"));

        assertThat(outcome(ALICE, new EraseOwner())).isEqualTo(new Outcome.DeletedMany(1));

        assertThat(store().find(tea.id())).isEmpty();
        assertThat(store().history(tea.id())).isEmpty();
        assertThat(store().history(gone.id())).isEmpty();
        assertThat(all(ALICE)).isEmpty();
        assertThat(store().search(Fixtures.words(ALICE, "likes tea", now())).hits())
                .isEmpty();
        assertThat(store().entities(Restriction.NONE, null, 10)).hasSize(1);
        assertThat(head(ALICE)).isEqualTo(4);
        assertThat(found(bobs.id())).isEqualTo(bobs);
        assertThat(changes(BOB, 0)).hasSize(1);
    }

    @Test
    void erasureIsAChangeAndOlderPositionsAreReset() {
        fill(3);
        write(ALICE, new EraseOwner());

        assertThat(store().changes(ALICE, 0, 10).reset()).isTrue();
        assertThat(store().changes(ALICE, 2, 10).reset()).isTrue();
        ChangeBatch oldest = store().changes(ALICE, Store.OLDEST, 10);
        assertThat(oldest.after()).isEqualTo(3);
        assertThat(oldest.changes())
                .containsExactly(
                        new Change(ALICE, store().head(ALICE), ChangeType.OWNER_ERASED, now(), Fixtures.BY, null));
        assertThat(store().changes(ALICE, 3, 10)).isEqualTo(oldest);
    }

    @Test
    void theSequenceGoesOnAfterErasureAndAReopening() {
        fill(3);
        write(ALICE, new EraseOwner());
        reopen();

        assertThat(write(ALICE, add("alice", "number 0")).position().sequence()).isEqualTo(5);
        assertThat(sequences(store().changes(ALICE, Store.OLDEST, 10))).containsExactly(4L, 5L);
        assertThat(store().changes(ALICE, 1, 10).reset()).isTrue();
    }

    @Test
    void afterErasureEverythingBeginsAnew() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));
        write(ALICE, new EraseOwner());

        assertEvent(outcome(ALICE, embedded(add("alice", "likes tea"), vector(1, 0))), MemoryEvent.ADD);
        assertRejected(outcome(ALICE, delete(tea.id())), dev.mneme.core.model.ErrorCode.NOT_FOUND, null);
        assertThat(store().status().memories()).isEqualTo(1);
    }

    @Test
    void erasureIsAlwaysAChangeEvenOfAnOwnerThatWasNeverWritten() {
        assertThat(outcome(ALICE, new EraseOwner())).isEqualTo(new Outcome.DeletedMany(0));

        assertThat(changes(ALICE, 0)).extracting(Change::type).containsExactly(ChangeType.OWNER_ERASED);
        assertThat(all(ALICE)).isEmpty();
        write(ALICE, new EraseOwner());
        assertThat(head(ALICE)).isEqualTo(2);
    }

    @Test
    void aListenerHearsOfItsOwnersAdvances() {
        AtomicInteger alice = new AtomicInteger();
        AtomicInteger everyone = new AtomicInteger();
        try (Store.Subscription a = store().subscribe(ALICE, alice::incrementAndGet);
                Store.Subscription e = store().subscribe(null, everyone::incrementAndGet)) {
            write(ALICE, add("alice", "likes tea"));
            eventually(() -> alice.get() == 1 && everyone.get() == 1);
            write(BOB, add("bob", "likes beer"));
            eventually(() -> everyone.get() == 2);
            assertThat(alice).hasValue(1);
        }
    }

    @Test
    void aListenerIsCalledAfterTheChangeCanBeRead() {
        java.util.Queue<Long> heads = new java.util.concurrent.ConcurrentLinkedQueue<>();
        java.util.concurrent.Semaphore signals = new java.util.concurrent.Semaphore(0);
        try (Store.Subscription subscription = store().subscribe(ALICE, signals::release)) {
            for (int i = 1; i <= 20; i++) {
                write(ALICE, add("alice", "number " + i));
                eventually(() -> signals.drainPermits() > 0);
                heads.add(store().changes(ALICE, Store.OLDEST, 100)
                        .changes()
                        .getLast()
                        .position()
                        .sequence());
            }
        }
        assertThat(heads).containsExactlyElementsOf(range(1, 20));
    }

    @Test
    void aClosedSubscriptionHearsNothingMore() {
        AtomicInteger closed = new AtomicInteger();
        AtomicInteger open = new AtomicInteger();
        store().subscribe(ALICE, closed::incrementAndGet).close();
        try (Store.Subscription subscription = store().subscribe(ALICE, open::incrementAndGet)) {
            write(ALICE, add("alice", "likes tea"));
            eventually(() -> open.get() == 1);
        }
        assertThat(closed).hasValue(0);
    }

    @Test
    void repeatsAndDuplicatesDoNotWakeListeners() {
        store().write(once(ALICE, "key", "body", add("alice", "likes tea")));
        AtomicInteger heard = new AtomicInteger();
        try (Store.Subscription subscription = store().subscribe(ALICE, heard::incrementAndGet)) {
            store().write(once(ALICE, "key", "body", add("alice", "likes tea")));
            write(ALICE, add("alice", "likes tea"));
            write(ALICE, add("alice", "likes coffee"));
            eventually(() -> heard.get() > 0);
        }
        assertThat(heard).hasValue(1);
    }

    private static void eventually(Callable<Boolean> holds) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(holds);
    }

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            write(ALICE, add("alice", "number " + i));
        }
    }

    private static List<Long> sequences(ChangeBatch batch) {
        return batch.changes().stream()
                .map(change -> change.position().sequence())
                .toList();
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }
}
