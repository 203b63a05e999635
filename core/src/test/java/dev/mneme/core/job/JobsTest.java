package dev.mneme.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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
            public void start() {
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

    private Job job(String name) {
        return job(name, () -> {}, () -> {});
    }

    @Test
    void theyStartInTheirOrderOnceAndAgainAfterAStop() {
        try (Jobs jobs = new Jobs(List.of(job("first"), job("second")))) {
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
        Jobs jobs = new Jobs(List.of(job("first", () -> {}, meet), job("second", () -> {}, meet)));
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
        try (Jobs jobs = new Jobs(List.of(job("first"), second, job("third")))) {
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
        Jobs jobs = new Jobs(List.of(job("first", () -> {}, fail), job("second")));
        jobs.start();

        jobs.stop();

        assertThat(did).contains("stop second");
        assertThat(jobs.running()).isEmpty();
    }
}
