package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.testkit.SimulatedDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// 40 disks, each of which loses power 25 times, with kills and failed fsyncs between: under load from several
/// callers, while the log is opened, and while it rolls and deletes.
class PowerLossTest {
    private static final int SHARDS = 3;
    private static final int LOSSES = 25;
    private static final LogConfig TINY =
            new LogConfig(8 << 10, 2 << 10, 2 << 10, 100, 64 << 10, 4, Duration.ofMillis(1));

    private static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void acknowledgedIsThereAndRefusedIsNotAfterAnyPowerLoss(long seed) throws InterruptedException {
        SimulatedDisk disk = new SimulatedDisk(seed);
        SplittableRandom random = new SplittableRandom(seed);
        LogHistory history = new LogHistory(SHARDS);
        int losses = 0;
        while (losses < LOSSES) {
            Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
            live(disk, random, history, fate);
            boolean powerLoss = fate.endsInPowerLoss;
            losses += powerLoss ? 1 : 0;
            if (powerLoss) {
                disk.losePower();
            } else {
                disk.killProcess();
            }
        }
        try (WriteAheadLog log = open(disk, random)) {
            history.check(log);
        }
        assertThat(history.acknowledgedCount()).isPositive();
    }

    /// How a life ends.
    private enum Fate {
        POWER_CUT(true),
        POWER_CUT_SOON(true),
        FSYNC_FAILS_THEN_POWER(true),
        FSYNC_FAILS_THEN_RESTART(false),
        SHORT_WRITE_THEN_RESTART(false),
        CLOSED_THEN_POWER(true);

        private final boolean endsInPowerLoss;

        Fate(boolean endsInPowerLoss) {
            this.endsInPowerLoss = endsInPowerLoss;
        }
    }

    private static void live(SimulatedDisk disk, SplittableRandom random, LogHistory history, Fate fate)
            throws InterruptedException {
        order(disk, random, fate);
        try (WriteAheadLog log = open(disk, random)) {
            assertThat(log.recoveryReport().damages()).as("damages").isEmpty();
            history.check(log);
            load(log, random, history);
        } catch (MnemeException died) {
            boolean powerCut =
                    disk.powerIsCut() && String.valueOf(died.getMessage()).contains("The power is cut");
            boolean asOrdered = died.code() == ErrorCode.LOG_FAILED && fate != Fate.CLOSED_THEN_POWER;
            if (!powerCut && !asOrdered) {
                throw died;
            }
        }
    }

    private static void order(SimulatedDisk disk, SplittableRandom random, Fate fate) {
        switch (fate) {
            case POWER_CUT -> disk.cutPowerAfter(1 + random.nextInt(120));
            case POWER_CUT_SOON -> disk.cutPowerAfter(1 + random.nextInt(15));
            case FSYNC_FAILS_THEN_POWER, FSYNC_FAILS_THEN_RESTART -> disk.failSync(1 + random.nextInt(20));
            case SHORT_WRITE_THEN_RESTART -> disk.failWrite(1 + random.nextInt(20));
            case CLOSED_THEN_POWER -> {}
        }
    }

    private static WriteAheadLog open(SimulatedDisk disk, SplittableRandom random) {
        return Logs.open(
                disk.mount(), SHARDS, TINY, LogMetrics.NONE, LogSeal.under(new byte[32]), random.split()::nextLong);
    }

    private static void load(WriteAheadLog log, SplittableRandom random, LogHistory history)
            throws InterruptedException {
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 3; caller++) {
            SplittableRandom own = random.split();
            callers.add(Thread.ofVirtual().start(() -> propose(log, own, history)));
        }
        for (Thread caller : callers) {
            caller.join();
        }
    }

    private static void propose(WriteAheadLog log, SplittableRandom random, LogHistory history) {
        int proposals = 5 + random.nextInt(40);
        for (int n = 0; n < proposals && log.state() != Journal.State.LOG_FAILED; n++) {
            int size = random.nextInt(10) == 0 ? random.nextInt(2000) : random.nextInt(200);
            var answered = history.propose(log, random.nextInt(SHARDS), size);
            if (random.nextInt(4) == 0) {
                answered.orTimeout(10, TimeUnit.SECONDS).join();
            }
            if (random.nextInt(12) == 0) {
                history.checkpoint(log, random);
            }
        }
    }
}
