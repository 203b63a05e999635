package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.SimulatedDisk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A log of several segments, closed, and then damaged below what was durable.
class DamageTest {
    private static final int SHARDS = 3;
    private static final LogConfig SMALL =
            new LogConfig(8 << 10, 2 << 10, 2 << 10, 100, 32 << 10, 4, Duration.ofMillis(1));

    private final SimulatedDisk disk = new SimulatedDisk(3);

    @BeforeEach
    void write() {
        SplittableRandom random = new SplittableRandom(5);
        try (WriteAheadLog log = open()) {
            for (int n = 0; n < 60; n++) {
                Logs.append(log, n % 2, entry(n, random.nextInt(8, 900))).index();
            }
            log.roll().join();
            Logs.append(log, 2, entry(100, 50)).index(); // shard 2 alone is in the newest segments
            log.roll().join();
            Logs.append(log, 2, entry(101, 50)).index();
            assertThat(log.segments()).isGreaterThan(5);
        }
    }

    private WriteAheadLog open() {
        return Logs.open(disk.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE);
    }

    private static byte[] entry(int number, int size) {
        return ByteBuffer.allocate(size).putInt(number).array();
    }

    private static List<Integer> replayed(WriteAheadLog log, int shard, long after) {
        List<Integer> found = new ArrayList<>();
        Logs.replay(
                log,
                shard,
                after,
                (index, term, batch) -> found.add(ByteBuffer.wrap(batch).getInt()));
        return found;
    }

    private static LongStream seeds() {
        return LongStream.range(0, 25);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anyFlippedBitBelowTheDurableOffsetIsRefusedAndNothingWrongIsServed(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, byte[]> sound = disk.image();
        List<String> names =
                sound.keySet().stream().filter(name -> name.endsWith(".wal")).toList();
        for (int flip = 0; flip < 20; flip++) {
            sound.forEach(disk::restore);
            String name = names.get(random.nextInt(names.size()));
            int offset = random.nextInt(durableEnd(disk.content(name)));
            disk.flipBit(name, offset, random.nextInt(8));
            try (WriteAheadLog log = open()) {
                assertThat(log.recoveryReport().damages())
                        .as("flip in %s at %d", name, offset)
                        .isNotEmpty()
                        .first()
                        .satisfies(damage -> assertThat(damage.file()).isEqualTo(name))
                        .satisfies(damage -> assertThat(damage.offset()).isLessThanOrEqualTo(offset));
                assertThat(refusals(log)).as("flip in %s at %d", name, offset).isPositive();
            }
            disk.killProcess();
        }
    }

    /// Where the seal, or nothing, begins: the last batch proves what is before it.
    private static int durableEnd(byte[] content) {
        int end = content.length;
        while (content[end - 1] == 0) {
            end--;
        }
        int last = end - 1 & -BatchHeader.ALIGNMENT;
        while (ByteBuffer.wrap(content).getInt(last) != BatchHeader.MAGIC) {
            last -= BatchHeader.ALIGNMENT;
        }
        return last;
    }

    /// How many shards are refused; the others give exactly what they were given.
    private static int refusals(WriteAheadLog log) {
        int refusals = 0;
        for (int shard = 0; shard < SHARDS; shard++) {
            try {
                assertThat(replayed(log, shard, 0)).isEqualTo(expected(shard));
            } catch (MnemeException refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
                assertThat(Logs.append(log, shard, entry(0, 8)).failure()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
                refusals++;
            }
        }
        return refusals;
    }

    private static List<Integer> expected(int shard) {
        List<Integer> expected = new ArrayList<>();
        for (int n = shard; n < 60 && shard < 2; n += 2) {
            expected.add(n);
        }
        return shard < 2 ? expected : List.of(100, 101);
    }

    @Test
    void damageStopsOnlyTheShardsThatNeedTheSegment() {
        disk.flipBit(SegmentName.of(2), 600, 1);
        try (WriteAheadLog log = open()) {
            assertThatThrownBy(() -> replayed(log, 0, 0))
                    .isInstanceOfSatisfying(
                            MnemeException.class,
                            refused -> assertThat(refused)
                                    .hasMessageContaining(SegmentName.of(2))
                                    .hasMessageContaining("offset")
                                    .hasMessageContaining("backup"));
            assertThat(replayed(log, 2, 0)).containsExactly(100, 101);
            assertThat(Logs.append(log, 2, entry(102, 8)).index()).isEqualTo(3);
            assertThat(Logs.append(log, 0, entry(0, 8)).failure()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
        }
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 2, 0)).containsExactly(100, 101, 102);
            assertThatThrownBy(() -> replayed(log, 0, 0)).isInstanceOf(MnemeException.class);
        }
    }

    @Test
    void aShardWhoseCheckpointCoversTheDamageGoesOn() {
        disk.flipBit(SegmentName.of(2), 600, 1);
        try (WriteAheadLog log = open()) {
            assertThat(Logs.lastIndex(log, 0)).isEqualTo(30);
            assertThat(replayed(log, 0, 30)).isEmpty();
            assertThat(Logs.append(log, 0, entry(7, 8)).failure()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            long lost = log.firstIndex(new ShardId(0)) - 1;
            Logs.checkpointed(log, 0, lost - 1);
            assertThat(Logs.append(log, 0, entry(7, 8)).failure()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            Logs.checkpointed(log, 0, lost);
            assertThat(Logs.append(log, 0, entry(7, 8)).index()).isEqualTo(31);
        }
    }

    @Test
    void onceAllThatTheTablesLackWasReadDamageBeforeItIsNoLongerMissed() {
        disk.flipBit(SegmentName.of(2), 600, 1);
        ShardId shard = new ShardId(0);
        try (WriteAheadLog log = open()) {
            assertThatThrownBy(() -> LogReplay.all(log, shard, 0, (index, term, entry) -> {}))
                    .isInstanceOf(MnemeException.class);
            assertThat(Logs.append(log, 0, entry(7, 8)).failure()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            LogReplay.all(
                    log, shard, 29, (index, term, entry) -> assertThat(index).isEqualTo(30));
            assertThat(Logs.append(log, 0, entry(7, 8)).index()).isEqualTo(31);
        }
    }

    @Test
    void aMissingSegmentIsNamed() {
        disk.remove(SegmentName.of(3));
        try (WriteAheadLog log = open()) {
            assertThatThrownBy(() -> replayed(log, 0, 0))
                    .hasMessageContaining(SegmentName.of(3))
                    .hasMessageContaining("missing");
            assertThat(replayed(log, 2, 0)).containsExactly(100, 101);
        }
    }

    @Test
    void damageOfTheNewestSegmentStopsEveryShard() {
        long newest = disk.image().keySet().stream()
                .filter(name -> name.endsWith(".wal"))
                .count();
        disk.flipBit(SegmentName.of(newest), 20, 1);
        try (WriteAheadLog log = open()) {
            for (int shard = 0; shard < SHARDS; shard++) {
                int of = shard;
                assertThatThrownBy(() -> replayed(log, of, 0)).hasMessageContaining(SegmentName.of(newest));
            }
        }
    }

    @Test
    void damagedLogIsAsItWasOnceTheFileIsPutBack() {
        byte[] good = disk.content(SegmentName.of(2));
        disk.flipBit(SegmentName.of(2), 600, 1);
        open().close();
        disk.restore(SegmentName.of(2), good);
        try (WriteAheadLog log = open()) {
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(replayed(log, shard, 0)).isEqualTo(expected(shard));
            }
        }
    }
}
