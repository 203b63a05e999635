package dev.mneme.core.service;

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

    /// With fewer at a time the latch would never open.
    @Test
    void asManyAsAllowedAreUnderWayTogether() {
        CountDownLatch together = new CountDownLatch(3);
        SideBySide.map(3, PARTS, n -> {
            together.countDown();
            return await(together);
        });
    }

    @Test
    void andNeverMore() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        SideBySide.map(3, PARTS, n -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            for (int spin = 0; spin < 10_000; spin++) {
                Thread.onSpinWait();
            }
            return now.decrementAndGet();
        });
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void aFaultEndsTheRequestOnceNothingRunsAnyMore() {
        AtomicInteger running = new AtomicInteger();
        assertThatThrownBy(() -> SideBySide.map(4, PARTS, n -> {
                    running.incrementAndGet();
                    try {
                        if (n == 50) {
                            throw new IllegalArgumentException("the fiftieth");
                        }
                        return n;
                    } finally {
                        running.decrementAndGet();
                    }
                }))
                .hasStackTraceContaining("the fiftieth");
        assertThat(running).hasValue(0);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
