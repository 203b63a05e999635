package dev.mneme.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class JobsTest {
    private final List<String> did = new CopyOnWriteArrayList<>();

    private Job job(String name, Runnable onStart, Runnable onStop) {
        return new Job() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Place place() {
                return Place.SYSTEM;
            }

            @Override
            public void start(Duty duty) {
                onStart.run();
                did.add("start " + name);
            }

            @Override
            public void stop() {
                onStop.run();
                did.add("stop " + name);
            }
        };
    }

    private static Jobs jobs(Job... jobs) {
        return new Jobs(List.of(jobs), Leadership.ALONE, new SystemRuntime());
    }

    private Job job(String name) {
        return job(name, () -> {}, () -> {});
    }

    @Test
    void theyStartInTheirOrderOnceAndAgainAfterAStop() {
        try (Jobs jobs = jobs(job("first"), job("second"))) {
            jobs.start();
            jobs.start();
            assertThat(did).containsExactly("start first", "start second");
            assertThat(jobs.running()).containsExactly("first", "second");

            jobs.stop();
            assertThat(did.subList(2, 4)).containsExactlyInAnyOrder("stop first", "stop second");
            assertThat(jobs.running()).isEmpty();
            jobs.stop();
            jobs.start();
            assertThat(did.subList(4, did.size())).containsExactly("start first", "start second");
        }
    }

    /// Each would wait for the other's end otherwise.
    @Test
    void theyStopSideBySide() {
        CountDownLatch bothStop = new CountDownLatch(2);
        Runnable meet = () -> {
            bothStop.countDown();
            try {
                bothStop.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Jobs jobs = jobs(job("first", () -> {}, meet), job("second", () -> {}, meet));
        jobs.start();

        jobs.stop();

        assertThat(did).contains("stop first", "stop second");
    }

    @Test
    void oneThatDoesNotStartKeepsThoseAfterItFromBeginningAndIsTriedAgain() {
        boolean[] broken = {true};
        Job second = job(
                "second",
                () -> {
                    if (broken[0]) {
                        throw new IllegalStateException("not now");
                    }
                },
                () -> {});
        try (Jobs jobs = jobs(job("first"), second, job("third"))) {
            assertThatThrownBy(jobs::start).hasMessage("not now");
            assertThat(jobs.running()).containsExactly("first");

            broken[0] = false;
            jobs.start();
            assertThat(did).containsExactly("start first", "start second", "start third");
        }
    }

    @Test
    void oneThatDoesNotStopWellHoldsUpNoOther() {
        Runnable fail = () -> {
            throw new IllegalStateException("stuck");
        };
        Jobs jobs = jobs(job("first", () -> {}, fail), job("second"));
        jobs.start();

        jobs.stop();

        assertThat(did).contains("stop second");
        assertThat(jobs.running()).isEmpty();
    }

    /// Roles that a test gives and takes.
    private static final class Roles implements Leadership {
        private final Map<ShardId, Long> terms = new ConcurrentHashMap<>();
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

        void give(ShardId shard, long term) {
            terms.put(shard, term);
            listeners.forEach(Runnable::run);
        }

        void take(ShardId shard) {
            terms.remove(shard);
            listeners.forEach(Runnable::run);
        }

        @Override
        public long term(ShardId shard) {
            return terms.getOrDefault(shard, 0L);
        }

        @Override
        public ShardId shardOf(Owner owner) {
            return FIRST;
        }

        @Override
        public List<ShardId> shards() {
            return List.of(FIRST, SECOND);
        }

        @Override
        public Store.Subscription onChange(Runnable told) {
            listeners.add(told);
            return () -> listeners.remove(told);
        }
    }

    private static final ShardId FIRST = new ShardId(0);
    private static final ShardId SECOND = new ShardId(1);

    /// Notes the duty with which it was started last.
    private final class Noting implements Job {
        private final String name;
        private final Place place;
        private volatile Duty duty = Duty.ALONE;

        Noting(String name, Place place) {
            this.name = name;
            this.place = place;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Place place() {
            return place;
        }

        @Override
        public void start(Duty since) {
            duty = since;
            did.add("start " + name);
        }

        @Override
        public void stop() {
            did.add("stop " + name);
        }
    }

    private void awaitDone(String... done) {
        Awaitility.await().untilAsserted(() -> assertThat(did).containsExactly(done));
    }

    @Test
    void aJobRunsWhereItsShardIsLedAndNowhereElse() {
        Roles roles = new Roles();
        Noting system = new Noting("system", Job.Place.SYSTEM);
        Noting owners = new Noting("owners", Job.Place.OWNERS);
        try (Jobs jobs = new Jobs(List.of(system, owners), roles, new SystemRuntime())) {
            jobs.start();
            assertThat(jobs.running()).isEmpty();

            roles.give(FIRST, 4);
            awaitDone("start owners");
            assertThat(owners.duty.covers(Owner.user("alice"))).isTrue();

            roles.give(ShardId.SYSTEM, 2);
            awaitDone("start owners", "start system");

            roles.take(FIRST);
            assertThat(owners.duty.lasts())
                    .as("at once, before anybody stopped it")
                    .isFalse();
            assertThat(owners.duty.covers(Owner.user("alice"))).isFalse();
            assertThat(system.duty.lasts()).isTrue();
            awaitDone("start owners", "start system", "stop owners");
        }
        assertThat(did).last().isEqualTo("stop system");
    }

    @Test
    void anotherTermIsAnotherDuty() {
        Roles roles = new Roles();
        Noting job = new Noting("job", Job.Place.SYSTEM);
        roles.give(ShardId.SYSTEM, 2);
        try (Jobs jobs = new Jobs(List.of(job), roles, new SystemRuntime())) {
            jobs.start();
            Duty first = job.duty;
            assertThat(first.lasts()).isTrue();

            roles.give(ShardId.SYSTEM, 5);
            assertThat(first.lasts())
                    .as("what others did meanwhile is not known")
                    .isFalse();
            awaitDone("start job", "stop job", "start job");
            assertThat(job.duty.lasts()).isTrue();
        }
    }

    @Test
    void aShardMoreOfTheSameNodeIsAnotherDuty() {
        Roles roles = new Roles();
        Noting job = new Noting("job", Job.Place.OWNERS);
        roles.give(SECOND, 1);
        try (Jobs jobs = new Jobs(List.of(job), roles, new SystemRuntime())) {
            jobs.start();
            assertThat(job.duty.covers(Owner.user("alice")))
                    .as("of another shard")
                    .isFalse();

            roles.give(FIRST, 1);
            awaitDone("start job", "stop job", "start job");
            assertThat(job.duty.covers(Owner.user("alice"))).isTrue();
        }
    }

    @Test
    void rolesStartNothingOnceTheJobsAreStopped() {
        Roles roles = new Roles();
        Noting job = new Noting("job", Job.Place.SYSTEM);
        try (Jobs jobs = new Jobs(List.of(job), roles, new SystemRuntime())) {
            jobs.start();
            jobs.stop();
            roles.give(ShardId.SYSTEM, 1);
            assertThat(roles.listeners).isEmpty();
            assertThat(jobs.running()).isEmpty();
        }
        assertThat(did).isEmpty();
    }
}
