package dev.mneme.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairPoolTest {
    private static final Tenant TENANT = new Tenant("k", null);

    private final FairPool pool = FairPool.ofLongWork("test", 2, QueueLimit.of(1_000), "too many");

    private FutureTask<Thread> onVirtual() {
        FutureTask<Thread> caller = new FutureTask<>(() -> pool.run(TENANT, Thread::currentThread));
        Thread.startVirtualThread(caller);
        return caller;
    }

    @Test
    void whatAVirtualThreadAsksForHoldsNoCarrier() throws Exception {
        Thread did = onVirtual().get();

        assertThat(did.isVirtual()).isFalse();
        assertThat(did.getName()).startsWith("test-");
    }

    /// Of two that are inside together only the first one is on its own thread. When both have left, the next one is
    /// alone.
    @Test
    void whoFindsNobodyInsideDoesShortWorkItself() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one carrier is left to others");
        FairPool shortWork = FairPool.ofShortWork("short", 2, QueueLimit.of(1_000), "too many");
        CountDownLatch firstIsIn = new CountDownLatch(1);
        CountDownLatch firstMayGo = new CountDownLatch(1);
        FutureTask<Thread> first = new FutureTask<>(() -> shortWork.run(TENANT, () -> {
            firstIsIn.countDown();
            await(firstMayGo);
            return Thread.currentThread();
        }));
        Thread alone = Thread.startVirtualThread(first);
        firstIsIn.await();
        FutureTask<Thread> second = new FutureTask<>(() -> shortWork.run(TENANT, Thread::currentThread));
        Thread.startVirtualThread(second);
        assertThat(second.get().isVirtual()).isFalse();
        firstMayGo.countDown();
        assertThat(first.get()).isSameAs(alone);

        FutureTask<Thread> third = new FutureTask<>(() -> shortWork.run(TENANT, Thread::currentThread));
        Thread next = Thread.startVirtualThread(third);
        assertThat(third.get()).isSameAs(next);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aPlatformThreadDoesItItself() throws Exception {
        assertThat(pool.run(TENANT, Thread::currentThread)).isSameAs(Thread.currentThread());
    }

    @Test
    void whatFailsFailsForItsCallerAndFreesThePlace() throws Exception {
        MnemeException why = new MnemeException(ErrorCode.NOT_FOUND, "none");
        List<FutureTask<?>> callers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            FutureTask<?> caller = new FutureTask<>(() -> pool.run(TENANT, () -> {
                throw why;
            }));
            callers.add(caller);
            Thread.startVirtualThread(caller);
        }
        for (FutureTask<?> caller : callers) {
            try {
                caller.get();
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isSameAs(why);
                continue;
            }
            throw new AssertionError("it did not fail");
        }
        assertThat(onVirtual().get()).isNotNull();
    }

    @Test
    void soManyAreDoneAtATimeAndNoMore() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<FutureTask<?>> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            FutureTask<?> caller = new FutureTask<>(() -> pool.run(TENANT, () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                return now.decrementAndGet();
            }));
            callers.add(caller);
            Thread.startVirtualThread(caller);
        }
        for (FutureTask<?> caller : callers) {
            caller.get();
        }
        assertThat(most).hasValueLessThanOrEqualTo(2);
    }
}
