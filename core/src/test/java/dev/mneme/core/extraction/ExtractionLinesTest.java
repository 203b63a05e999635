package dev.mneme.core.extraction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.conversation.ExtractionDocuments.Pointer;
import dev.mneme.core.extraction.ExtractionLines.Attempted;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.SystemRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExtractionLinesTest {
    private static final Attempted DONE = new Attempted.Finished();
    private static final List<Duration> SHORT = List.of(Duration.ofMillis(1));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Pointer pointer(String user, int number) {
        return new Pointer(new UUID(0, number), Owner.user(user), "k", Instant.EPOCH, Instant.EPOCH, 1);
    }

    private static boolean await(ExtractionLines lines, Pointer pointer, Duration atMost) throws InterruptedException {
        return lines.await(pointer.id(), pointer.owner(), atMost);
    }

    private static void take(ExtractionLines lines, Pointer pointer) {
        take(lines, pointer, null);
    }

    private static void take(ExtractionLines lines, Pointer pointer, @Nullable String run) {
        ScopeIds session = run == null ? null : new ScopeIds(pointer.owner().id(), null, null, run);
        try (ExtractionLines.Place place =
                lines.place(pointer.keyId(), pointer.owner()).orElseThrow()) {
            place.take(pointer, session);
        }
    }

    @Test
    void anOwnersAreDoneOneAfterAnotherInTheirOrder() throws InterruptedException {
        List<Long> done = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger atOnce = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    overlapped.compareAndSet(false, atOnce.incrementAndGet() > 1);
                    done.add(pointer.id().getLeastSignificantBits());
                    atOnce.decrementAndGet();
                    return DONE;
                },
                SHORT,
                8,
                new SystemRuntime())) {
            for (int i = 0; i < 100; i++) {
                take(lines, pointer("alice", i));
            }
            assertThat(await(lines, pointer("alice", 99), PATIENCE)).isTrue();
        }
        assertThat(done).hasSize(100).isSorted();
        assertThat(overlapped).isFalse();
    }

    @Test
    void soManyOwnersAreAtWorkAtOnceAndNoMore() throws InterruptedException {
        Semaphore arrived = new Semaphore(0);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    arrived.release();
                    go.await();
                    atOnce.decrementAndGet();
                    return DONE;
                },
                SHORT,
                3,
                new SystemRuntime())) {
            for (int i = 0; i < 10; i++) {
                take(lines, pointer("user" + i, i));
            }
            arrived.acquire(3);
            assertThat(lines.waiting()).isEqualTo(10);
            go.countDown();
            for (int i = 0; i < 10; i++) {
                assertThat(await(lines, pointer("user" + i, i), PATIENCE)).isTrue();
            }
            assertThat(lines.waiting()).isZero();
        }
        assertThat(most).hasValue(3);
    }

    @Test
    void oneThatFailedKeepsItsPlaceBeforeThoseOfItsSession() throws InterruptedException {
        List<Long> tried = Collections.synchronizedList(new ArrayList<>());
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    tried.add(pointer.id().getLeastSignificantBits());
                    return tried.size() < 4 ? new Attempted.Failed(tried.size()) : DONE;
                },
                SHORT,
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1), "run");
            take(lines, pointer("alice", 2), "run");
            assertThat(await(lines, pointer("alice", 2), PATIENCE)).isTrue();
        }
        assertThat(tried).containsExactly(1L, 1L, 1L, 1L, 2L);
    }

    @Test
    void oneThatFailsHoldsUpNoneOfAnotherSession() throws InterruptedException {
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> pointer.id().getLeastSignificantBits() == 1 ? new Attempted.Failed(1) : DONE,
                List.of(Duration.ofDays(1)),
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1), "run");
            take(lines, pointer("alice", 2));
            take(lines, pointer("alice", 3), "run");
            take(lines, pointer("alice", 4), "another run");

            assertThat(await(lines, pointer("alice", 2), PATIENCE)).isTrue();
            assertThat(await(lines, pointer("alice", 4), PATIENCE)).isTrue();
            assertThat(await(lines, pointer("alice", 3), Duration.ofMillis(1)))
                    .as("it is of the session of the one that failed")
                    .isFalse();
            assertThat(lines.waiting()).isEqualTo(2);
        }
    }

    /// Then the model is away, and whatever is tried only loses its tries.
    @Test
    void onceSeveralHaveFailedTheRestIsNotTried() throws InterruptedException {
        Set<Long> tried = Collections.synchronizedSet(new TreeSet<>());
        CountDownLatch failed = new CountDownLatch(ExtractionLines.MOST_PUT_OFF);
        AtomicBoolean back = new AtomicBoolean();
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    tried.add(pointer.id().getLeastSignificantBits());
                    failed.countDown();
                    return back.get() ? DONE : new Attempted.Failed(1);
                },
                List.of(Duration.ofDays(1)),
                1,
                new SystemRuntime())) {
            for (int i = 1; i <= 10; i++) {
                take(lines, pointer("alice", i));
            }
            failed.await();
            take(lines, pointer("bob", 11));
            assertThat(await(lines, pointer("bob", 11), Duration.ofMillis(1))).isFalse();
            assertThat(tried).as("of alice's").doesNotContain(4L);
            back.set(true);
            lines.wake(pointer("alice", 1));
            assertThat(await(lines, pointer("alice", 10), PATIENCE)).isTrue();
        }
    }

    @Test
    void theOwnersOfOneKeyDoNotComeBeforeAnotherKey() throws InterruptedException {
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    first.countDown();
                    go.await();
                    done.add(pointer.keyId());
                    return DONE;
                },
                SHORT,
                1,
                new SystemRuntime())) {
            take(lines, pointer("first", 0));
            first.await();
            for (int i = 1; i <= 20; i++) {
                take(lines, pointer("user" + i, i));
            }
            Pointer quiet = new Pointer(new UUID(0, 99), Owner.user("bob"), "quiet", Instant.EPOCH, Instant.EPOCH, 1);
            take(lines, quiet);
            while (lines.atGate() < 22) {
                Thread.onSpinWait();
            }
            go.countDown();
            assertThat(await(lines, quiet, PATIENCE)).isTrue();
            for (int i = 1; i <= 20; i++) {
                assertThat(await(lines, pointer("user" + i, i), PATIENCE)).isTrue();
            }
        }
        assertThat(done.indexOf("quiet")).isLessThanOrEqualTo(2);
    }

    @Test
    void oneKeyDoesNotTakeAllOfTheRoomAndWhatIsNotTakenIsGivenBack() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    go.await();
                    return DONE;
                },
                SHORT,
                1,
                new SystemRuntime())) {
            List<Pointer> taken = new ArrayList<>();
            for (int i = 0; i < ExtractionLines.CAPACITY; i++) {
                Pointer next = pointer("user" + i % 20, i);
                if (lines.place("k", next.owner())
                        .map(ExtractionLinesTest::given)
                        .isPresent()) {
                    take(lines, next);
                    taken.add(next);
                }
            }
            assertThat(taken).hasSizeBetween(3_800, ExtractionLines.CAPACITY / 2);
            lines.place("another", Owner.user("bob")).orElseThrow().close();
            go.countDown();
            for (Pointer each : taken.reversed()) {
                assertThat(await(lines, each, PATIENCE)).isTrue();
            }
            assertThat(lines.waiting()).isZero();
        }
    }

    private static boolean given(ExtractionLines.Place place) {
        place.close();
        return true;
    }

    @Test
    void oneOwnerDoesNotTakeAllOfTheRoom() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    go.await();
                    return DONE;
                },
                SHORT,
                1,
                new SystemRuntime())) {
            for (int i = 0; i < ExtractionLines.CAPACITY_OF_ONE; i++) {
                take(lines, pointer("alice", i));
            }
            assertThat(lines.place("k", Owner.user("alice"))).isEmpty();
            lines.place("k", Owner.user("bob")).orElseThrow().close();
            go.countDown();
        }
    }

    @Test
    void whatWaitsToBeTriedAgainIsTriedAtOnceWhenItIsWoken() throws InterruptedException {
        CountDownLatch failed = new CountDownLatch(1);
        AtomicInteger tries = new AtomicInteger();
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    failed.countDown();
                    return tries.incrementAndGet() == 1 ? new Attempted.Failed(1) : DONE;
                },
                List.of(Duration.ofDays(1)),
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1));
            failed.await();

            lines.wake(pointer("alice", 1));

            assertThat(await(lines, pointer("alice", 1), PATIENCE)).isTrue();
        }
    }

    @Test
    void anErrorDoesNotEndALine() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new StackOverflowError("on purpose");
                    }
                    return DONE;
                },
                SHORT,
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1));

            assertThat(await(lines, pointer("alice", 1), PATIENCE)).isTrue();
        }
    }

    @Test
    void stoppingBreaksOffWhatIsAtWorkAndTakesNoMore() throws InterruptedException {
        CountDownLatch arrived = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        ExtractionLines lines = new ExtractionLines(
                _ -> {
                    arrived.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                        throw e;
                    }
                    return DONE;
                },
                SHORT,
                1,
                new SystemRuntime());
        take(lines, pointer("alice", 1));
        arrived.await();

        lines.close();

        assertThat(interrupted).isTrue();
        assertThat(lines.place("k", Owner.user("bob"))).isEmpty();
        assertThat(await(lines, pointer("alice", 1), PATIENCE))
                .as("it is not done")
                .isFalse();
    }

    @Test
    void whoWaitsForOneThatTakesLongIsToldSo() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    go.await();
                    return DONE;
                },
                SHORT,
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1));

            assertThat(await(lines, pointer("alice", 1), Duration.ofMillis(1))).isFalse();

            go.countDown();
            assertThat(await(lines, pointer("alice", 1), PATIENCE)).isTrue();
        }
    }

    @Test
    void aStoreThatRefusesEvenTheFailureStopsNobodyElse() throws InterruptedException {
        CountDownLatch refused = new CountDownLatch(1);
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    if (pointer.owner().id().equals("alice")) {
                        refused.countDown();
                        throw new MnemeException(ErrorCode.STORAGE_FULL, "full");
                    }
                    return DONE;
                },
                SHORT,
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1));
            refused.await();
            take(lines, pointer("bob", 2));

            assertThat(await(lines, pointer("bob", 2), PATIENCE)).isTrue();
            assertThat(lines.waiting()).isEqualTo(1);
        }
    }

    /// How often the first was tried, while one of another session that comes later is done.
    private static int triesUntilAnotherIsDone(
            List<Duration> pauses, int untilTried, Consumer<ExtractionLines> then, IntFunction<Attempted> first)
            throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch tried = new CountDownLatch(untilTried);
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    if (pointer.id().getLeastSignificantBits() != 1) {
                        return DONE;
                    }
                    Attempted came = first.apply(tries.incrementAndGet());
                    tried.countDown();
                    return came;
                },
                pauses,
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1), "run");
            then.accept(lines);
            tried.await();
            assertThat(await(lines, pointer("alice", 1), Duration.ofMillis(20)))
                    .as("it waits")
                    .isFalse();
            take(lines, pointer("alice", 2), "another run");
            assertThat(await(lines, pointer("alice", 2), PATIENCE)).isTrue();
        }
        return tries.get();
    }

    @Test
    void thePauseIsThatOfTheFailureAndThenTheLast() throws InterruptedException {
        List<Duration> pauses = List.of(Duration.ZERO, Duration.ofDays(1));
        assertThat(triesUntilAnotherIsDone(pauses, 2, lines -> {}, Attempted.Failed::new))
                .isEqualTo(2);
        assertThat(triesUntilAnotherIsDone(pauses, 1, lines -> {}, times -> new Attempted.Failed(times + 7)))
                .isEqualTo(1);
    }

    @Test
    void whatWasWokenIsTriedOnceForIt() throws InterruptedException {
        List<Duration> pauses = List.of(Duration.ofDays(1));
        CountDownLatch failed = new CountDownLatch(1);
        int tries = triesUntilAnotherIsDone(
                pauses,
                2,
                lines -> {
                    try {
                        failed.await();
                        assertThat(await(lines, pointer("alice", 1), Duration.ofMillis(20)))
                                .isFalse();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    lines.wake(pointer("alice", 1));
                },
                times -> {
                    failed.countDown();
                    return new Attempted.Failed(times);
                });
        assertThat(tries).isEqualTo(2);
    }

    /// Longer than this test takes.
    @Test
    void whatIsHeldUpWaitsToo() throws InterruptedException {
        assertThat(triesUntilAnotherIsDone(SHORT, 1, lines -> {}, times -> new Attempted.HeldUp()))
                .isEqualTo(1);
    }

    @Test
    void theFirstThatIsDueIsWaitedFor() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    if (pointer.id().getLeastSignificantBits() == 1) {
                        return new Attempted.Failed(2);
                    }
                    return tries.incrementAndGet() == 1 ? new Attempted.Failed(1) : DONE;
                },
                List.of(Duration.ofMillis(50), Duration.ofDays(1)),
                1,
                new SystemRuntime())) {
            take(lines, pointer("alice", 1), "run");
            take(lines, pointer("alice", 2), "another run");
            assertThat(await(lines, pointer("alice", 2), PATIENCE)).isTrue();
        }
        assertThat(tries).hasValue(2);
    }

    @Test
    void aConversationWithoutARunIsOfNoSession() {
        assertThat(ExtractionLines.session(ScopeIds.user("alice"))).isNull();
        ScopeIds run = new ScopeIds("alice", null, null, "run");
        assertThat(ExtractionLines.session(run)).isEqualTo(run);
    }
}
