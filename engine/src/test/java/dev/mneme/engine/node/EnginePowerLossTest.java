package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.ShardMap;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.SimulatedDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// 40 nodes, each of which loses power 25 times under load from several writers of memories and
/// contexts: with tables that checkpoint when they like, failed fsyncs, full disks, kills and orderly
/// stops between.
final class EnginePowerLossTest {
    private static final int SHARDS = 3; // the last one is the system's
    private static final int LOSSES = 25;
    private static final LogConfig TINY =
            new LogConfig(32 << 10, 8 << 10, 8 << 10, 1_000, 256 << 10, 3, Duration.ofMillis(1));
    private static final Retention ALL_VERSIONS = new Retention(
            100_000, Duration.ofDays(7), 10_000, Duration.ofHours(24), 0, Duration.ZERO, 100_000, 1 << 20);
    private static final StoreConfig CONFIG = new StoreConfig(ALL_VERSIONS, 1_000, Duration.ofSeconds(60), 0, 1 << 20);

    private final List<HeapTables.Home> rows = homes();
    private final List<HeapTables.Home> words = homes();
    private final List<StoreHistory> histories = Stream.of("ann", "bea", "cid")
            .map(id -> new StoreHistory(Owner.user(id)))
            .toList();

    private static List<HeapTables.Home> homes() {
        return Stream.generate(HeapTables.Home::new).limit(SHARDS).toList();
    }

    private static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    /// How a life ends.
    private enum Fate {
        POWER_CUT,
        POWER_CUT_SOON,
        FSYNC_FAILS,
        WRITE_FAILS,
        DISK_FULL,
        STOPPED
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void acknowledgedIsThereOnceAndRefusedNeverAfterAnyPowerLoss(long seed) throws Exception {
        SimulatedDisk disk = new SimulatedDisk(seed);
        SplittableRandom random = new SplittableRandom(seed);
        int losses = 0;
        while (losses < LOSSES) {
            Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
            live(disk, random, fate);
            disk.capacity(Integer.MAX_VALUE);
            boolean powerLoss = random.nextInt(4) > 0;
            if (powerLoss) {
                disk.losePower();
                losses++;
            } else {
                disk.killProcess();
            }
        }
        try (Life last = new Life(disk, random)) {
            histories.forEach(history -> history.check(last.store));
            histories.forEach(history -> history.retryUnknown(last.store));
            last.die();
        }
        assertThat(histories).allMatch(history -> history.acknowledgedCount() > 20);
        assertThat(histories).allMatch(history -> history.context().acknowledgedCount() > 5);
    }

    private void live(SimulatedDisk disk, SplittableRandom random, Fate fate) throws Exception {
        switch (fate) {
            case POWER_CUT -> disk.cutPowerAfter(1 + random.nextInt(80));
            case POWER_CUT_SOON -> disk.cutPowerAfter(1 + random.nextInt(15));
            case FSYNC_FAILS -> disk.failSync(1 + random.nextInt(20));
            case WRITE_FAILS -> disk.failWrite(1 + random.nextInt(20));
            case DISK_FULL -> disk.capacity(disk.used() + random.nextInt(64 << 10));
            case STOPPED -> {}
        }
        try (Life life = new Life(disk, random)) {
            histories.forEach(history -> history.check(life.store));
            histories.forEach(history -> history.retryUnknown(life.store));
            load(life, random);
            if (fate != Fate.STOPPED) {
                life.die();
            }
        } catch (MnemeException died) {
            boolean powerCut =
                    disk.powerIsCut() && String.valueOf(died.getMessage()).contains("The power is cut");
            boolean asOrdered = fate != Fate.STOPPED
                    && (died.code() == ErrorCode.LOG_FAILED || died.code() == ErrorCode.STORAGE_FULL);
            if (!powerCut && !asOrdered) {
                throw died;
            }
        }
    }

    private void load(Life life, SplittableRandom random) throws Exception {
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                SplittableRandom own = random.split();
                all.add(writers.submit(() -> write(life, own)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    private void write(Life life, SplittableRandom random) {
        int writes = 2 + random.nextInt(10);
        for (int n = 0; n < writes && life.log.state() != Journal.State.LOG_FAILED; n++) {
            StoreHistory history = histories.get(random.nextInt(histories.size()));
            int dice = random.nextInt(5);
            if (dice == 0) {
                history.delete(life.store, random);
            } else if (dice == 1) {
                history.context().put(life.store);
            } else {
                history.add(life.store, random);
            }
            if (random.nextInt(3) == 0) {
                history.follow(life.store);
            }
            if (random.nextInt(6) == 0) {
                life.checkpoint(random.nextInt(SHARDS));
            }
        }
    }

    /// One process on the disk.
    private final class Life implements AutoCloseable {
        private final List<CrashableTables> tables;
        private final WriteAheadLog log;
        private final LocalStore store;

        Life(SimulatedDisk disk, SplittableRandom random) {
            tables = rows.stream()
                    .map(home -> new CrashableTables(home, random.nextLong()))
                    .toList();
            List<CrashableTables> forward = words.stream()
                    .map(home -> new CrashableTables(home, random.nextLong()))
                    .toList();
            log = WriteAheadLog.openOf(
                    disk.mount(), Set.copyOf(HeapNode.IDS), TINY, LogMetrics.NONE, LogSeal.under(new byte[32]));
            try {
                store = LocalNode.open(parts(forward), CONFIG).store();
            } catch (RuntimeException failed) {
                log.close();
                throw failed;
            }
        }

        private LocalNode.Parts parts(List<CrashableTables> forward) {
            return new LocalNode.Parts(
                    "abcdefgh",
                    Seal.under(new byte[32]),
                    true,
                    ShardMap.of(slot -> HeapNode.IDS.get(slot % (SHARDS - 1))),
                    log,
                    new HeapShards(
                            new TreeSet<>(HeapNode.IDS),
                            shard -> tables.get(HeapNode.IDS.indexOf(shard)),
                            shard -> forward.get(HeapNode.IDS.indexOf(shard))),
                    () -> log.roll().join(),
                    new SystemRuntime(),
                    () -> true,
                    () -> true,
                    ShardMetrics.NONE,
                    () -> {},
                    List.of(),
                    Integrity.Evidence.NONE,
                    log::close);
        }

        void checkpoint(int shard) {
            log.releaseBefore(HeapNode.IDS.get(shard), tables.get(shard).checkpoint() + 1);
        }

        /// From here on nothing reaches the tables' disk.
        void die() {
            tables.forEach(CrashableTables::die);
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
