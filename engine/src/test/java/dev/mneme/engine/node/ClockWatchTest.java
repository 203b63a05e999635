package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.spi.Store;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A clock that jumps a year ahead and back.
final class ClockWatchTest {
    private final List<String> said = new ArrayList<>();
    private final Logger logger = Logger.getLogger(ClockWatch.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            if (record.getLevel().equals(Level.WARNING)) {
                said.add(record.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void leave() {
        logger.removeHandler(handler);
    }

    @Test
    void aJumpAndTimesAheadOfTheClockAreSaidOnce() {
        ManualClock clock = new ManualClock();
        AtomicLong nanos = new AtomicLong();
        AtomicReference<Instant> latest = new AtomicReference<>(clock.instant());
        ClockWatch watch = new ClockWatch(clock, nanos::get, latest::get);
        for (int second = 0; second < 100; second++) {
            clock.advance(Duration.ofSeconds(1));
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            watch.look();
        }
        assertThat(said).isEmpty();
        clock.advance(Duration.ofDays(365));
        watch.look();
        assertThat(said).singleElement().asString().contains("jumped ahead");
        latest.set(clock.instant());
        clock.advance(Duration.ofDays(-365));
        watch.look();
        watch.look();
        assertThat(said).hasSize(2);
        assertThat(said.getLast()).contains("ahead of the machine");
        clock.advance(Duration.ofHours(2));
        nanos.addAndGet(Duration.ofHours(2).toNanos());
        watch.look();
        assertThat(said).as("an hour later it is said again").hasSize(3);
    }

    @Test
    void theStatusSaysHowFarTimesAreAhead() {
        ManualClock clock = new ManualClock();
        try (Store store = new HeapNode(clock).open()) {
            clock.advance(Duration.ofDays(365));
            store.write(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "of next year")));
            clock.advance(Duration.ofDays(-365));
            store.write(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "of now")));
            assertThat(Duration.between(clock.instant(), store.status().latest()))
                    .isEqualTo(Duration.ofDays(365));
        }
    }
}
