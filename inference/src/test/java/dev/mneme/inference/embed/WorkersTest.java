package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.queue.Tenant;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/// Who is next, with workers that a latch holds.
class WorkersTest {
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch held = new CountDownLatch(1);

    /// Looks again at once: there is much to wait for, each for microseconds.
    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .timeout(Duration.ofMinutes(1));
    }

    private static Workers workers(int count, int forQueries, int waiting) {
        return new Workers(Thread.ofPlatform().daemon().factory(), count, forQueries, QueueLimit.of(waiting));
    }

    private static Demand demand(Purpose purpose, String key) {
        return new Demand(purpose, new Tenant(key, Owner.user(key)));
    }

    /// A caller with so many tasks, one after another, who stands in the queue when this returns.
    private Future<?> call(Workers workers, Demand demand, int tasks, String name) {
        int before = workers.queue(demand.purpose()).waiting();
        FutureTask<?> caller = new FutureTask<>(
                () -> {
                    try (Workers.Place place = workers.admit(demand)) {
                        for (int i = 0; i < tasks; i++) {
                            place.run(10, () -> done.add(name));
                        }
                    }
                },
                null);
        Thread.startVirtualThread(caller);
        soon().until(() -> workers.queue(demand.purpose()).waiting() > before || caller.isDone());
        return caller;
    }

    /// Keeps a worker until `held` opens.
    private void hold(Workers workers, Demand demand) {
        CountDownLatch holding = new CountDownLatch(1);
        Thread.startVirtualThread(() -> {
            try (Workers.Place place = workers.admit(demand)) {
                place.run(10, () -> {
                    holding.countDown();
                    held.await();
                    return true;
                });
            }
        });
        soon().until(() -> holding.getCount() == 0);
    }

    private static void awaitQueued(Workers workers, Purpose purpose, int callers) {
        soon().until(() -> workers.queued(purpose) == callers);
    }

    /// One read key's 1,200 connections of searches.
    @Test
    void aSearchOfAnotherKeyIsAmongTheNextWhateverOneKeyHasQueued() {
        try (Workers workers = workers(1, 0, 4_000)) {
            hold(workers, demand(Purpose.QUERY, "noisy"));
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < 900; i++) {
                callers.add(call(workers, demand(Purpose.QUERY, "noisy"), 1, "noisy"));
            }
            callers.add(call(workers, demand(Purpose.QUERY, "quiet"), 1, "quiet"));
            awaitQueued(workers, Purpose.QUERY, 901);
            held.countDown();
            soon().until(() -> callers.stream().allMatch(Future::isDone));
        }
        assertThat(done).hasSize(901);
        assertThat(done.indexOf("quiet")).isLessThanOrEqualTo(1);
    }

    @Test
    void queriesComeBeforeAddsAndBulkWorkComesLast() {
        try (Workers workers = workers(1, 0, 100)) {
            hold(workers, demand(Purpose.ADD, "a"));
            List<Future<?>> callers = List.of(
                    call(workers, demand(Purpose.BULK, "a"), 1, "bulk"),
                    call(workers, demand(Purpose.ADD, "a"), 1, "add"),
                    call(workers, demand(Purpose.QUERY, "a"), 1, "query"));
            awaitQueued(workers, Purpose.QUERY, 1);
            awaitQueued(workers, Purpose.ADD, 1);
            awaitQueued(workers, Purpose.BULK, 1);
            held.countDown();
            soon().until(() -> callers.stream().allMatch(Future::isDone));
        }
        assertThat(done).containsExactly("query", "add", "bulk");
    }

    @Test
    void aQueryDoesNotWaitForATextThatIsBeingEmbedded() {
        try (Workers workers = workers(1, 1, 100)) {
            hold(workers, demand(Purpose.ADD, "a"));
            Future<?> query = call(workers, demand(Purpose.QUERY, "b"), 1, "query");
            soon().until(query::isDone);
            assertThat(done).containsExactly("query");
            held.countDown();
        }
    }

    @Test
    void theTurnChangesBetweenTheWindowsOfALongText() {
        try (Workers workers = workers(1, 0, 100)) {
            hold(workers, demand(Purpose.ADD, "a"));
            Future<?> longText = call(workers, demand(Purpose.ADD, "long"), 64, "long");
            Future<?> shortText = call(workers, demand(Purpose.ADD, "short"), 1, "short");
            awaitQueued(workers, Purpose.ADD, 2);
            held.countDown();
            soon().until(() -> longText.isDone() && shortText.isDone());
        }
        assertThat(done.indexOf("short")).isLessThanOrEqualTo(2);
    }

    @Test
    void whoHasTooManyWaitingIsRefusedAndNobodyElse() {
        try (Workers workers = workers(1, 0, 100)) {
            hold(workers, demand(Purpose.QUERY, "noisy"));
            Future<?> last = call(workers, demand(Purpose.QUERY, "noisy"), 1, "noisy");
            for (int i = 0; i < 100 && !last.isDone(); i++) {
                last = call(workers, demand(Purpose.QUERY, "noisy"), 1, "noisy");
            }
            Future<?> refused = last;
            assertThatThrownBy(() -> {
                        throw refused.exceptionNow();
                    })
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
            assertThat(workers.queue(Purpose.QUERY).refused()).isEqualTo(1);
            Future<?> quiet = call(workers, demand(Purpose.QUERY, "quiet"), 1, "quiet");
            Future<?> add = call(workers, demand(Purpose.ADD, "noisy"), 1, "add");
            held.countDown();
            soon().until(() -> quiet.isDone() && add.isDone());
            assertThat(done).contains("quiet", "add");
            assertThat(workers.queue(Purpose.ADD).refused()).isZero();
        }
    }

    @Test
    void whoIsInterruptedIsPassedBy() {
        try (Workers workers = workers(1, 0, 100)) {
            hold(workers, demand(Purpose.ADD, "a"));
            FutureTask<?> impatient = new FutureTask<>(
                    () -> {
                        try (Workers.Place place = workers.admit(demand(Purpose.ADD, "b"))) {
                            place.run(10, () -> done.add("impatient"));
                        }
                    },
                    null);
            Thread thread = Thread.startVirtualThread(impatient);
            awaitQueued(workers, Purpose.ADD, 1);
            thread.interrupt();
            soon().until(impatient::isDone);
            Future<?> other = call(workers, demand(Purpose.ADD, "c"), 1, "other");
            held.countDown();
            soon().until(other::isDone);
        }
        assertThat(done).containsExactly("other");
    }
}
