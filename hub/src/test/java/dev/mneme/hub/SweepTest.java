package dev.mneme.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.testkit.HeapHubDatabase;
import dev.mneme.testkit.HeapHubDatabase.Call;
import dev.mneme.testkit.HeapHubDatabase.Hook;
import dev.mneme.testkit.HeapHubEvents;
import dev.mneme.testkit.SimulatedRuntime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A node has the database remove what has expired, now and then.
final class SweepTest {
    @Test
    void everyTenMinutes() {
        SimulatedRuntime runtime = new SimulatedRuntime(1);
        TestNodes hub = new TestNodes();
        AtomicInteger sweeps = new AtomicInteger();
        HeapHubDatabase database = new HeapHubDatabase(hub.home);
        HeapHubEvents events = hub.bus.node("a", 10, runtime.light("bells"));
        try (HubStore a = hub.open("a", runtime, Retention.DEFAULTS, database, events)) {
            assertThat(a.hubStatus().waiting()).isZero();
            database.hook(new Hook() {
                @Override
                public void before(Call call, @Nullable Owner owner) {
                    if (call == Call.SWEEP) {
                        sweeps.incrementAndGet();
                    }
                }
            });
            runtime.pause(OwnersInUse.BETWEEN_SWEEPS.minus(Duration.ofMinutes(1)));
            assertThat(sweeps).hasValue(0);
            runtime.pause(Duration.ofMinutes(22));
            assertThat(sweeps).hasValue(3);
        }
    }
}
