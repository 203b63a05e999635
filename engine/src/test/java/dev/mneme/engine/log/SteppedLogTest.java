package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.spi.Journal;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.JournalContract;
import dev.mneme.testkit.SimulatedDisk;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The log without threads, on a simulated disk: its callers do its steps.
class SteppedLogTest extends JournalContract {
    private static final Duration RETRY = Duration.ofSeconds(30);
    private static final LogConfig SMALL = new LogConfig(64 << 10, 16 << 10, 16 << 10, 1_000, 1 << 20, 4, RETRY);

    private final SimulatedDisk disk = new SimulatedDisk(5);
    private final AtomicLong ticker = new AtomicLong();
    private boolean tickerIsBroken;
    private long salt;

    private WriteAheadLog openLog() {
        LogRuntime runtime = new LogRuntime(true, () -> ++salt, this::tick, InstantSource.fixed(Instant.EPOCH), null);
        return WriteAheadLog.open(disk.mount(), FOUNDING, SMALL, LogMetrics.NONE, LogSeal.NONE, runtime);
    }

    private long tick() {
        if (tickerIsBroken) {
            throw new IllegalStateException("nobody thought of this");
        }
        return ticker.get();
    }

    @Override
    protected Journal open() {
        return new SteppedJournal(openLog());
    }

    @Override
    protected void failNextSync(Journal journal) {
        disk.failSync(1);
    }

    @Test
    void nothingHappensButInAStep() {
        try (WriteAheadLog log = openLog()) {
            Durable first = Logs.append(log, 0, new byte[10]);
            Durable second = Logs.append(log, 1, new byte[10]);
            int syncs = disk.syncs();
            assertThat(first.isDone()).isFalse();
            assertThat(log.queued()).isEqualTo(2);
            assertThat(log.step()).isTrue();
            assertThat(first.isDone() && second.isDone()).as("one batch").isTrue();
            assertThat(disk.syncs()).isGreaterThan(syncs);
            assertThat(log.step()).isFalse();
        }
    }

    @Test
    void aSteppedLogHasNoThreads() {
        List<String> before = threads();
        try (WriteAheadLog log = openLog()) {
            for (int n = 0; n < 200; n++) {
                Logs.append(log, 0, new byte[2_000]);
                log.step();
                Logs.checkpointed(log, 0, n);
            }
            assertThat(log.oldestSegment()).as("it rolled and deleted").isGreaterThan(1);
            assertThat(threads()).isEqualTo(before);
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("mneme-log"))
                .sorted()
                .toList();
    }

    @Test
    void aFullDiskIsLeftAloneByTheGivenTicker() {
        try (WriteAheadLog log = openLog()) {
            disk.capacity(disk.used());
            Durable refused = Logs.append(log, 0, new byte[10]);
            while (log.state() == Journal.State.OK) {
                refused = Logs.append(log, 0, new byte[15_000]);
                log.step();
            }
            assertThat(refused.failure()).isEqualTo(ErrorCode.STORAGE_FULL);
            disk.capacity(Integer.MAX_VALUE);
            ticker.addAndGet(RETRY.toNanos() - 1);
            log.step();
            assertThat(log.state()).isEqualTo(Journal.State.STORAGE_FULL);
            ticker.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
            log.step();
            assertThat(log.state()).isEqualTo(Journal.State.OK);
        }
    }

    @Test
    void whateverGoesWrongEverybodyIsAnsweredAndTheLogHasFailed() {
        try (WriteAheadLog log = openLog()) {
            disk.capacity(disk.used());
            while (log.state() == Journal.State.OK) {
                Logs.append(log, 0, new byte[15_000]);
                log.step();
            }
            tickerIsBroken = true;
            Durable first = Logs.append(log, 0, new byte[10]);
            Durable second = Logs.append(log, 1, new byte[10]);
            log.step();
            assertThat(first.failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(second.failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(Logs.append(log, 0, new byte[10]).failure()).isEqualTo(ErrorCode.LOG_FAILED);
        }
    }

    @Test
    void aLogWithAThreadOfItsOwnIsNotStepped() {
        try (WriteAheadLog log = Logs.open(disk.mount(), 1, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
            assertThatThrownBy(log::step).isInstanceOf(IllegalStateException.class);
        }
    }
}
