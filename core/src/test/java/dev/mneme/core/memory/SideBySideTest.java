package dev.mneme.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SideBySideTest {
    private static final List<Integer> PARTS = IntStream.range(0, 100).boxed().toList();

    @Test
    void resultsComeInTheOrderOfTheParts() {
        for (int width : new int[] {1, 2, 7, 1_000}) {
            assertThat(SideBySide.map(width, PARTS, n -> "n" + n))
                    .isEqualTo(PARTS.stream().map(n -> "n" + n).toList());
        }
        assertThat(SideBySide.map(4, List.of(), n -> n)).isEmpty();
    }

    /// The first three wait for each other: with fewer at a time they would wait in vain.
    @Test
    void asManyAsAllowedAreUnderWayTogether() {
        CountDownLatch together = new CountDownLatch(3);
        List<Boolean> met = SideBySide.map(3, PARTS, n -> {
            together.countDown();
            return await(together);
        });
        assertThat(met).hasSize(PARTS.size()).containsOnly(true);
    }

    /// The first three stay for a while, in which a fourth would begin if it could.
    @Test
    void andNeverMore() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch fourth = new CountDownLatch(4);
        SideBySide.map(3, PARTS, n -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            fourth.countDown();
            await(fourth, 200);
            return now.decrementAndGet();
        });
        assertThat(most.get()).isBetween(1, 3);
    }

    /// The caller's own part fails while the other one is at work.
    @Test
    void aFaultEndsTheRequestOnceNothingRunsAnyMore() {
        Thread caller = Thread.currentThread();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch failing = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        assertThatThrownBy(() -> SideBySide.map(2, List.of(0, 1), n -> {
                    if (caller.equals(Thread.currentThread())) {
                        await(begun);
                        failing.countDown();
                        throw new IllegalArgumentException("the caller's");
                    }
                    begun.countDown();
                    await(failing);
                    await(never, 200);
                    return ended.incrementAndGet();
                }))
                .hasStackTraceContaining("the caller's");
        assertThat(ended).as("the other one was waited for").hasValue(1);
    }

    /// Who fails on another thread than the caller's is heard too.
    @Test
    void aFaultOfAnotherThreadEndsTheRequest() {
        Thread caller = Thread.currentThread();
        CountDownLatch failing = new CountDownLatch(1);
        assertThatThrownBy(() -> SideBySide.map(2, List.of(0, 1), n -> {
                    if (caller.equals(Thread.currentThread())) {
                        return await(failing);
                    }
                    failing.countDown();
                    throw new IllegalArgumentException("the other's");
                }))
                .hasStackTraceContaining("the other's");
    }

    private static boolean await(CountDownLatch latch) {
        return await(latch, 30_000);
    }

    private static boolean await(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
