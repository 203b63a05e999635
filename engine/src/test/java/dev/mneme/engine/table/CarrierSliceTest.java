package dev.mneme.engine.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CarrierSliceTest {
    /// More scans than there are carriers, none of which ends before a thread that comes after them has run. They are
    /// started by a virtual thread, which puts them into the queues of the carriers themselves.
    @Test
    void longWorkLetsOtherVirtualThreadsRun() throws InterruptedException {
        AtomicBoolean ran = new AtomicBoolean();
        AtomicBoolean givenUp = new AtomicBoolean();
        int scans = 4 * Runtime.getRuntime().availableProcessors();
        CountDownLatch begun = new CountDownLatch(scans);
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        Thread.startVirtualThread(() -> {
                    for (int i = 0; i < scans; i++) {
                        threads.add(Thread.startVirtualThread(() -> {
                            CarrierSlice slice = new CarrierSlice();
                            begun.countDown();
                            while (!ran.get() && !givenUp.get()) {
                                slice.step();
                            }
                        }));
                    }
                })
                .join();
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
