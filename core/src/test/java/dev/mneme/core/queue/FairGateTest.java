package dev.mneme.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairGateTest {
    private static final Tenant NOISY = new Tenant("noisy", null);
    private static final Tenant QUIET = new Tenant("quiet", null);

    private final FairGate gate = new FairGate(1, QueueLimit.of(8), "too many");
    private final List<String> entered = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> threads = new ArrayList<>();

    /// Enters on a thread of its own, and waits until that stands at the gate.
    private Thread arrive(Tenant tenant) {
        int before = gate.taken();
        Thread thread = Thread.startVirtualThread(() -> {
            try (FairGate.Turn _ = gate.enter(tenant)) {
                entered.add(tenant.key());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (gate.taken() == before) {
            Thread.onSpinWait();
        }
        threads.add(thread);
        return thread;
    }

    private void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void anothersTurnComesBeforeTheRestOfWhoIsMany() throws InterruptedException {
        FairGate.Turn inside = gate.enter(NOISY);
        arrive(NOISY);
        arrive(NOISY);
        arrive(QUIET);
        inside.close();
        join();

        assertThat(entered.indexOf("quiet")).isLessThan(2);
        assertThat(entered).hasSize(3);
        assertThat(gate.taken()).isZero();
    }

    @Test
    void whoIsTooManyIsRefusedAndNobodyElse() throws InterruptedException {
        FairGate.Turn inside = gate.enter(NOISY);
        arrive(NOISY);
        arrive(NOISY);

        assertThatThrownBy(() -> gate.enter(NOISY))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        arrive(QUIET);
        inside.close();
        join();
        assertThat(entered).hasSize(3);
    }

    @Test
    void whoIsInterruptedLeavesItsPlace() throws InterruptedException {
        FairGate.Turn inside = gate.enter(NOISY);
        Thread impatient = arrive(NOISY);
        arrive(QUIET);
        impatient.interrupt();
        impatient.join();
        assertThat(gate.taken()).isEqualTo(2);
        inside.close();
        join();

        assertThat(entered).containsExactly("quiet");
        gate.enter(NOISY).close();
    }
}
