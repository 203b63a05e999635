package dev.mneme.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairPoolTest {
    private static final Tenant TENANT = new Tenant("k", null);

    private final FairPool pool = new FairPool("test", 2, QueueLimit.of(1_000), "too many");

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
