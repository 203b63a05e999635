package dev.mneme.engine.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CarrierSliceTest {
    /// More scans than there are carriers, none of which ends before a thread that comes after them has run.
    @Test
    void longWorkLetsOtherVirtualThreadsRun() throws InterruptedException {
        AtomicBoolean ran = new AtomicBoolean();
        AtomicBoolean givenUp = new AtomicBoolean();
        int scans = 4 * Runtime.getRuntime().availableProcessors();
        CountDownLatch begun = new CountDownLatch(scans);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < scans; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                CarrierSlice slice = new CarrierSlice();
                begun.countDown();
                while (!ran.get() && !givenUp.get()) {
                    slice.step();
                }
            }));
        }
        boolean allBegun = begun.await(60, TimeUnit.SECONDS);
        Thread other = Thread.startVirtualThread(() -> ran.set(true));
        boolean otherRan = other.join(Duration.ofSeconds(60));
        givenUp.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(allBegun).isTrue();
        assertThat(otherRan).isTrue();
    }
}
