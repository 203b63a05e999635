package dev.mneme.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.service.ExtractionDocuments.Pointer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExtractionLinesTest {
    private static final List<Duration> SHORT = List.of(Duration.ofMillis(1));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Pointer pointer(String user, int number) {
        return new Pointer(new UUID(0, number), Owner.user(user), "k");
    }

    private static void take(ExtractionLines lines, Pointer pointer) {
        try (ExtractionLines.Place place = lines.place().orElseThrow()) {
            place.take(pointer);
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
                    return 0;
                },
                SHORT,
                8)) {
            for (int i = 0; i < 100; i++) {
                take(lines, pointer("alice", i));
            }
            assertThat(lines.await(pointer("alice", 99), PATIENCE)).isTrue();
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
                    return 0;
                },
                SHORT,
                3)) {
            for (int i = 0; i < 10; i++) {
                take(lines, pointer("user" + i, i));
            }
            arrived.acquire(3);
            assertThat(lines.waiting()).isEqualTo(10);
            go.countDown();
            for (int i = 0; i < 10; i++) {
                assertThat(lines.await(pointer("user" + i, i), PATIENCE)).isTrue();
            }
            assertThat(lines.waiting()).isZero();
        }
        assertThat(most).hasValue(3);
    }

    @Test
    void oneThatFailedKeepsItsPlace() throws InterruptedException {
        List<Long> tried = Collections.synchronizedList(new ArrayList<>());
        try (ExtractionLines lines = new ExtractionLines(
                pointer -> {
                    tried.add(pointer.id().getLeastSignificantBits());
                    return tried.size() < 4 ? tried.size() : 0;
                },
                SHORT,
                1)) {
            take(lines, pointer("alice", 1));
            take(lines, pointer("alice", 2));
            assertThat(lines.await(pointer("alice", 2), PATIENCE)).isTrue();
        }
        assertThat(tried).containsExactly(1L, 1L, 1L, 1L, 2L);
    }

    @Test
    void thereIsRoomForSoManyAndWhatIsNotTakenIsGivenBack() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    go.await();
                    return 0;
                },
                SHORT,
                1)) {
            for (int i = 0; i < ExtractionLines.CAPACITY; i++) {
                take(lines, pointer("alice", i));
            }
            assertThat(lines.place()).isEmpty();
            go.countDown();
            assertThat(lines.await(pointer("alice", ExtractionLines.CAPACITY - 1), PATIENCE))
                    .isTrue();
            for (int i = 0; i < ExtractionLines.CAPACITY + 1; i++) {
                lines.place().orElseThrow().close();
            }
            assertThat(lines.waiting()).isZero();
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
                    return 0;
                },
                SHORT,
                1);
        take(lines, pointer("alice", 1));
        arrived.await();

        lines.close();

        assertThat(interrupted).isTrue();
        assertThat(lines.place()).isEmpty();
        assertThat(lines.await(pointer("alice", 1), PATIENCE))
                .as("it is not done")
                .isFalse();
    }

    @Test
    void whoWaitsForOneThatTakesLongIsToldSo() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (ExtractionLines lines = new ExtractionLines(
                _ -> {
                    go.await();
                    return 0;
                },
                SHORT,
                1)) {
            take(lines, pointer("alice", 1));

            assertThat(lines.await(pointer("alice", 1), Duration.ofMillis(1))).isFalse();

            go.countDown();
            assertThat(lines.await(pointer("alice", 1), PATIENCE)).isTrue();
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
                    return 0;
                },
                SHORT,
                1)) {
            take(lines, pointer("alice", 1));
            refused.await();
            take(lines, pointer("bob", 2));

            assertThat(lines.await(pointer("bob", 2), PATIENCE)).isTrue();
            assertThat(lines.waiting()).isEqualTo(1);
        }
    }
}
