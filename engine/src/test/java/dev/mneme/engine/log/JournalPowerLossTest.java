package dev.mneme.engine.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.SimulatedDisk;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// 60 disks, each of which loses power 20 times, with kills and failed fsyncs between, in one thread and from one
/// seed each: while entries, votes, members, truncations and resets are written, shards come and go, and the log
/// rolls and deletes.
class JournalPowerLossTest {
    private static final Set<ShardId> FOUNDING = Set.of(new ShardId(0), new ShardId(1), ShardId.SYSTEM);
    private static final List<ShardId> SHARDS =
            List.of(new ShardId(0), new ShardId(1), ShardId.SYSTEM, new ShardId(2), new ShardId(40_000));
    private static final int LOSSES = 20;
    private static final LogConfig TINY =
            new LogConfig(8 << 10, 2 << 10, 2 << 10, 100, 64 << 10, 4, Duration.ofMillis(1));

    private static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasToldIsThereAfterAnyPowerLoss(long seed) {
        Run run = new Run(seed);
        run.untilPowerWasLost(LOSSES);
        assertThat(run.history.durable()).isPositive();
    }

    @Test
    void oneSeedGivesOneHistory() {
        Run first = new Run(7);
        first.untilPowerWasLost(5);
        Run second = new Run(7);
        second.untilPowerWasLost(5);
        assertThat(second.history.heard()).isEqualTo(first.history.heard()).isNotEmpty();
        assertThat(second.disk.image()).containsExactlyInAnyOrderEntriesOf(first.disk.image());
    }

    /// One disk and its lives.
    private static final class Run {
        private final SimulatedDisk disk;
        private final SplittableRandom random;
        private final JournalHistory history = new JournalHistory(FOUNDING);
        private final AtomicLong ticker = new AtomicLong();

        Run(long seed) {
            disk = new SimulatedDisk(seed);
            random = new SplittableRandom(seed);
        }

        void untilPowerWasLost(int times) {
            for (int losses = 0; losses < times; ) {
                boolean closes = random.nextInt(5) == 0;
                if (!closes) {
                    order();
                }
                live(closes);
                if (random.nextInt(3) > 0) {
                    disk.losePower();
                    losses++;
                } else {
                    disk.killProcess();
                }
            }
            try (WriteAheadLog log = open()) {
                history.check(log);
            }
        }

        private void order() {
            switch (random.nextInt(5)) {
                case 0 -> disk.cutPowerAfter(1 + random.nextInt(120));
                case 1 -> disk.cutPowerAfter(1 + random.nextInt(15));
                case 2 -> disk.failSync(1 + random.nextInt(30));
                case 3 -> disk.failWrite(1 + random.nextInt(30));
                default -> {}
            }
        }

        private WriteAheadLog open() {
            LogRuntime runtime = new LogRuntime(
                    true, random.split()::nextLong, ticker::incrementAndGet, InstantSource.fixed(Instant.EPOCH), null);
            return WriteAheadLog.open(
                    disk.mount(), FOUNDING, TINY, LogMetrics.NONE, LogSeal.under(new byte[32]), runtime);
        }

        private void live(boolean closes) {
            try {
                WriteAheadLog log = open();
                assertThat(log.recoveryReport().damages()).as("damages").isEmpty();
                history.check(log);
                int requests = 10 + random.nextInt(60);
                for (int n = 0; n < requests && log.state() != Journal.State.LOG_FAILED; n++) {
                    act(log);
                }
                if (closes) {
                    log.close();
                }
            } catch (MnemeException died) {
                boolean powerCut =
                        disk.powerIsCut() && String.valueOf(died.getMessage()).contains("The power is cut");
                boolean asOrdered = died.code() == ErrorCode.LOG_FAILED && !closes;
                if (!powerCut && !asOrdered) {
                    throw died;
                }
            }
        }

        private void act(WriteAheadLog log) {
            ShardId shard = SHARDS.get(random.nextInt(SHARDS.size()));
            Journal kept = history.kept();
            long last = kept.shards().contains(shard) ? kept.lastIndex(shard) : 0;
            long term = kept.shards().contains(shard) ? kept.lastTerm(shard) : 0;
            switch (random.nextInt(24)) {
                case 0 -> history.ask(log, shard, (journal, heard) -> journal.open(shard, heard));
                case 1 -> drop(log, shard);
                case 2, 3 -> truncate(log, shard, Math.max(1, last + 1 - random.nextInt(6)));
                case 4 -> reset(log, shard, random.nextLong(last + 20), term + random.nextInt(2));
                case 5, 6 -> vote(log, shard, random.nextInt(12) + term);
                case 7 -> members(log, shard, new byte[random.nextInt(120)]);
                case 8 -> release(log, shard, last);
                case 9 -> assertThat(log.roll()).isNotNull();
                case 10, 11, 12, 13 -> log.step();
                case 14 ->
                    assertThat(log.state() == Journal.State.OK ? history.difference(log) : null)
                            .isNull();
                default -> append(log, shard, last, term + random.nextInt(10) / 9);
            }
        }

        private void append(Journal log, ShardId shard, long last, long term) {
            long index = random.nextInt(4) == 0 ? last + 1 + random.nextInt(20) : Journal.NEXT;
            int size = random.nextInt(10) == 0 ? random.nextInt(1_900) : random.nextInt(150);
            byte[] entry = (random.nextInt(1_000_000) + "x".repeat(size)).getBytes(ISO_8859_1);
            history.ask(log, shard, (journal, heard) -> journal.append(shard, index, term, entry, heard));
        }

        /// The founding ones stay, so that there is something to lose.
        private void drop(Journal log, ShardId shard) {
            if (!FOUNDING.contains(shard)) {
                history.ask(log, shard, (journal, heard) -> journal.drop(shard, heard));
            }
        }

        private void truncate(Journal log, ShardId shard, long index) {
            history.ask(log, shard, (journal, heard) -> journal.truncateFrom(shard, index, heard));
        }

        private void reset(Journal log, ShardId shard, long index, long term) {
            history.ask(log, shard, (journal, heard) -> journal.reset(shard, index, term, heard));
        }

        private void vote(Journal log, ShardId shard, long term) {
            String votedFor = random.nextInt(3) == 0 ? "" : "node-" + random.nextInt(3);
            history.ask(log, shard, (journal, heard) -> journal.vote(shard, term, votedFor, heard));
        }

        private void members(Journal log, ShardId shard, byte[] members) {
            history.ask(log, shard, (journal, heard) -> journal.members(shard, members, heard));
        }

        private void release(Journal log, ShardId shard, long last) {
            if (last > 0 && log.shards().contains(shard)) {
                history.release(log, shard, 1 + random.nextLong(last + 1));
            }
        }
    }
}
