package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.Journal.State;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class WriteAheadLogTest {
    private static final int SHARDS = 3;
    private static final LogConfig SMALL =
            new LogConfig(16 << 10, 4 << 10, 4 << 10, 50, 32 << 10, 3, Duration.ofMillis(1));

    private static final long MARK = 1_024;
    private static final ShardId FIRST = new ShardId(0);

    private final SimulatedDisk disk = new SimulatedDisk(7);
    private final AtomicInteger salts = new AtomicInteger();

    private WriteAheadLog open() {
        return open(SMALL, LogMetrics.NONE);
    }

    private WriteAheadLog open(LogConfig config, LogMetrics metrics) {
        return Logs.open(disk.mount(), SHARDS, config, metrics, LogSeal.NONE, () -> 0x5A17 + salts.incrementAndGet());
    }

    private static byte[] filled(int size, int with) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) with);
        return bytes;
    }

    private static long commit(WriteAheadLog log, int shard, int size, int with) {
        return Logs.append(log, shard, filled(size, with)).index();
    }

    /// The first byte of each entry after `after`.
    private static List<Integer> replayed(WriteAheadLog log, int shard, long after) {
        List<Integer> found = new ArrayList<>();
        Logs.replay(log, shard, after, (index, term, batch) -> found.add((int) batch[0]));
        return found;
    }

    // Group commit and limits.

    @Test
    void nothingIsAcknowledgedBeforeItsFsyncReturned() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.holdSyncs();
            Durable waiting = Logs.append(log, 0, filled(10, 2));
            Durable behind = Logs.append(log, 1, filled(10, 3));
            await().during(Duration.ofMillis(50)).until(() -> !waiting.isDone() && !behind.isDone());
            assertThat(Logs.lastIndex(log, 0)).isEqualTo(1);
            disk.releaseSyncs();
            assertThat(waiting.index()).isEqualTo(2);
            assertThat(behind.index()).isEqualTo(1);
        }
    }

    @Test
    void whatGathersDuringAnFsyncSharesTheNextOne() {
        List<Integer> batches = new ArrayList<>();
        try (WriteAheadLog log = open(SMALL, (entries, bytes, nanos) -> batches.add(entries))) {
            commit(log, 0, 10, 1);
            disk.holdSyncs();
            List<Durable> commits = new ArrayList<>();
            commits.add(Logs.append(log, 0, filled(10, 2)));
            await().until(() -> log.queued() == 0);
            IntStream.range(0, 30).forEach(n -> commits.add(Logs.append(log, n % SHARDS, filled(10, 3))));
            disk.releaseSyncs();
            commits.forEach(Durable::index);
            assertThat(batches).containsExactly(1, 1, 30);
        }
    }

    @Test
    void aFullQueueRefusesByEntriesAndByBytes() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.holdSyncs();
            Durable first = Logs.append(log, 0, filled(10, 2));
            await().until(() -> log.queued() == 0);
            List<Durable> small = IntStream.range(0, 51)
                    .mapToObj(n -> Logs.append(log, 1, filled(10, 3)))
                    .toList();
            assertThat(small.get(50).failure()).isEqualTo(ErrorCode.OVERLOADED);
            disk.releaseSyncs();
            assertThat(small.get(49).index()).isEqualTo(50);
            disk.holdSyncs();
            Durable second = Logs.append(log, 0, filled(10, 4));
            await().until(() -> log.queued() == 0);
            List<Durable> large = IntStream.range(0, 9)
                    .mapToObj(n -> Logs.append(log, 2, filled(4000, 5)))
                    .toList();
            assertThat(large.get(8).failure()).isEqualTo(ErrorCode.OVERLOADED);
            disk.releaseSyncs();
            assertThat(large.get(7).index()).isEqualTo(8);
            assertThat(first.index()).isEqualTo(2);
            assertThat(second.index()).isEqualTo(3);
        }
    }

    @Test
    void theLargestEntryIsTakenAndALargerOneIsTooLarge() {
        try (WriteAheadLog log = open()) {
            assertThat(commit(log, 0, SMALL.maxEntryBytes(), 1)).isEqualTo(1);
            assertThat(Logs.append(log, 0, filled(SMALL.maxEntryBytes() + 1, 2)).failure())
                    .isEqualTo(ErrorCode.TOO_LARGE);
            assertThat(commit(log, 0, 0, 0)).isEqualTo(2);
        }
    }

    // The disk fails.

    @Test
    void aFailedFsyncIsNeverTakenForOneThatWorked() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.failSyncOf(SegmentName.of(1));
            assertThat(Logs.append(log, 0, filled(10, 2)).failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(log.state()).isEqualTo(State.LOG_FAILED);
            assertThat(Logs.append(log, 1, filled(10, 3)).failure()).isEqualTo(ErrorCode.LOG_FAILED);
            assertThat(Logs.lastIndex(log, 0)).isEqualTo(1);
        }
        disk.killProcess();
        try (WriteAheadLog log = open()) {
            assertThat(log.state()).isEqualTo(State.OK);
            assertThat(replayed(log, 0, 0)).startsWith(1);
            assertThat(replayed(log, 1, 0)).isEmpty();
        }
    }

    @Test
    void whatIsServedAfterAFailedFsyncAndARestartSurvivesPowerLosses() {
        for (long seed = 0; seed < 30; seed++) {
            SimulatedDisk failing = new SimulatedDisk(seed);
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                commit(log, 0, 10, 1);
                failing.failSyncOf(SegmentName.of(1));
                assertThat(Logs.append(log, 0, filled(10, 2)).failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            }
            failing.killProcess(); // the page cache still shows the entry
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                assertThat(replayed(log, 0, 0)).containsExactly(1, 2);
                assertThat(log.recoveryReport().copiedRecords()).isEqualTo(1);
                failing.losePower();
            }
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                assertThat(replayed(log, 0, 0)).as("seed %d", seed).containsExactly(1, 2);
            }
        }
    }

    /// What proves the copy may itself be in the page cache alone: lost entries that had been served.
    @Test
    void whatIsServedAfterARecoveryThatFailedTooSurvivesPowerLosses() {
        for (long seed = 0; seed < 100; seed++) {
            SimulatedDisk failing = new SimulatedDisk(seed);
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                commit(log, 0, 10, 1);
                failing.failSyncOf(SegmentName.of(1));
                assertThat(Logs.append(log, 0, filled(10, 2)).failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            }
            failing.killProcess();
            failing.failSync(1 + (int) seed % 4); // one of recovery's four
            assertThatThrownBy(() -> Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE))
                    .isInstanceOf(MnemeException.class);
            failing.killProcess();
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                assertThat(replayed(log, 0, 0)).containsExactly(1, 2);
                failing.losePower();
            }
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                assertThat(replayed(log, 0, 0)).as("seed %d", seed).containsExactly(1, 2);
                assertThat(log.recoveryReport().damages()).isEmpty();
            }
        }
    }

    /// The header of the segment that it rolled to is in the page cache alone: it must not become part of the
    /// log.
    @Test
    void aRollWhoseFsyncFailedLeavesNothing() {
        for (long seed = 0; seed < 20; seed++) {
            SimulatedDisk failing = new SimulatedDisk(seed);
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                commit(log, 0, 10, 1);
                await().until(() -> failing.syncs() == 5); // the mark, both segments reserved, a header, a batch
                failing.failSyncOf(SegmentName.of(2));
                assertThat(log.roll()).failsWithin(Duration.ofSeconds(10));
                assertThat(log.state()).isEqualTo(State.LOG_FAILED);
            }
            failing.killProcess();
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                commit(log, 0, 10, 2);
                log.roll().join();
                commit(log, 0, 10, 3);
                failing.losePower();
            }
            try (WriteAheadLog log = Logs.open(failing.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE)) {
                assertThat(log.recoveryReport().damages()).as("seed %d", seed).isEmpty();
                assertThat(replayed(log, 0, 0)).containsExactly(1, 2, 3);
            }
        }
    }

    @Test
    void restartsWithoutAWriteAddNoSegments() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.killProcess();
        }
        for (int life = 0; life < 5; life++) {
            try (WriteAheadLog log = open()) {
                assertThat(log.segments()).isEqualTo(2);
                assertThat(replayed(log, 0, 0)).containsExactly(1);
            }
        }
    }

    @Test
    void aWriteThatFailsHalfwayHasAnUnknownOutcome() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.failWrite(1);
            assertThat(Logs.append(log, 0, filled(500, 2)).failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(log.state()).isEqualTo(State.LOG_FAILED);
        }
        disk.killProcess();
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 0, 0)).containsExactly(1);
            assertThat(commit(log, 0, 10, 3)).isEqualTo(2);
        }
    }

    @Test
    void whatIsQueuedWhenTheLogFailsWasNeverWritten() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.holdSyncs();
            Durable written = Logs.append(log, 0, filled(10, 2));
            await().until(() -> log.queued() == 0);
            Durable queued = Logs.append(log, 0, filled(10, 3));
            disk.failSyncOf(SegmentName.of(1));
            disk.releaseSyncs();
            assertThat(written.failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(queued.failure()).isEqualTo(ErrorCode.LOG_FAILED);
        }
        disk.killProcess();
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 0, 0)).containsExactly(1, 2);
        }
    }

    @Test
    void aFullDiskIsMetBeforeAWriteAndLeftByItself() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            await().until(() -> disk.used() == 2L * SMALL.segmentBytes() + MARK);
            disk.capacity(disk.used() + 5000);
            long committed = 1;
            Durable commit = Logs.append(log, 0, filled(4000, 2));
            while (isCommitted(commit)) {
                committed++;
                commit = Logs.append(log, 0, filled(4000, 2));
            }
            assertThat(commit.failure()).isEqualTo(ErrorCode.STORAGE_FULL);
            assertThat(log.state()).isEqualTo(State.STORAGE_FULL);
            assertThat(committed).isEqualTo(1 + 3 + 3);
            assertThat(disk.used()).isEqualTo(2L * SMALL.segmentBytes() + MARK);
            assertThat(Logs.append(log, 1, filled(10, 9)).failure()).isEqualTo(ErrorCode.STORAGE_FULL);

            disk.capacity(1 << 20);
            await().until(() -> log.state() == State.OK);
            assertThat(commit(log, 0, 4000, 3)).isEqualTo(committed + 1);
        }
        disk.losePower();
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 0, 0)).containsExactly(1, 2, 2, 2, 2, 2, 2, 3);
            assertThat(Logs.lastIndex(log, 1)).isZero();
        }
    }

    private static boolean isCommitted(Durable commit) {
        try {
            return commit.index() > 0;
        } catch (MnemeException refused) {
            return false;
        }
    }

    @Test
    void aDiskTooFullToRecoverIsSaidAndHarmsNothing() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 100, 1);
            disk.losePower();
        }
        disk.capacity(SMALL.segmentBytes());
        assertThatThrownBy(this::open).isInstanceOfSatisfying(MnemeException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FULL);
            assertThat(failure).hasMessageContaining("Free some");
        });
        disk.capacity(1 << 20);
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 0, 0)).containsExactly(1);
        }
    }

    // Segments.

    @Test
    void aSegmentGoesOnceEveryShardWithEntriesInItHasPassed() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1); // segment 1: shard 0 to 1, shard 1 to 1
            commit(log, 1, 10, 2);
            assertThat(log.roll().join()).isEqualTo(2);
            commit(log, 0, 10, 3); // segment 2: shard 0 to 3
            commit(log, 0, 10, 4);
            assertThat(log.roll().join()).isEqualTo(3);
            commit(log, 2, 10, 5);

            Logs.checkpointed(log, 1, 1);
            Logs.checkpointed(log, 0, 1);
            await().until(() -> log.oldestSegment() == 2);
            Logs.checkpointed(log, 0, 2);
            await().during(Duration.ofMillis(50)).until(() -> log.oldestSegment() == 2);
            Logs.checkpointed(log, 0, 3);
            await().until(() -> log.oldestSegment() == 3);
            Logs.checkpointed(log, 2, 1);
            await().during(Duration.ofMillis(50)).until(() -> log.segments() == 1);
        }
        disk.losePower();
        try (WriteAheadLog log = open()) {
            assertThat(Logs.lastIndex(log, 0)).isEqualTo(3);
            assertThat(Logs.lastIndex(log, 1)).isEqualTo(1);
            assertThat(replayed(log, 0, 3)).isEmpty();
            assertThat(replayed(log, 2, 0)).containsExactly(5);
            assertThat(commit(log, 1, 10, 6)).isEqualTo(2);
        }
    }

    @Test
    void theShardsThatHoldTheOldestBackAreNamedWithTheIndexToPass() {
        try (WriteAheadLog log = open()) {
            for (int segment = 1; segment <= 5; segment++) {
                commit(log, 0, 10, segment);
                commit(log, segment == 1 ? 1 : 2, 10, segment);
                assertThat(log.roll().join()).isEqualTo(segment + 1);
            }
            commit(log, 1, 10, 6);
            assertThat(log.segments()).isEqualTo(6); // 3 more than the limit
            assertThat(Logs.pinning(log)).isEqualTo(Map.of(0, 3L, 1, 1L, 2, 2L));
            Logs.checkpointed(log, 0, 4);
            Logs.checkpointed(log, 2, 1);
            assertThat(Logs.pinning(log)).isEqualTo(Map.of(1, 1L, 2, 2L));
            Logs.checkpointed(log, 1, 1);
            await().until(() -> log.segments() == 4);
            Logs.checkpointed(log, 2, 2);
            await().until(() -> log.segments() == 3);
            assertThat(Logs.pinning(log)).isEmpty();
        }
    }

    @Test
    void anEmptySegmentIsNotRolled() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            assertThat(log.roll().join()).isEqualTo(2);
            assertThat(log.roll().join()).isEqualTo(2);
        }
    }

    // Truncation.

    @Test
    void aTruncationVoidsWhatWasThereAndSurvives() {
        try (WriteAheadLog log = open()) {
            IntStream.rangeClosed(1, 5).forEach(n -> commit(log, 0, 10, n));
            commit(log, 1, 10, 9);
            log.roll().join();
            assertThat(Durable.of(heard -> log.truncateFrom(FIRST, 3, heard)).index())
                    .isEqualTo(2);
            assertThat(Logs.lastIndex(log, 0)).isEqualTo(2);
            assertThat(Durable.append(log, FIRST, 2, filled(10, 6)).index()).isEqualTo(3);
        }
        try (WriteAheadLog log = open()) {
            List<String> found = new ArrayList<>();
            Logs.replay(log, 0, 0, (index, term, batch) -> found.add(index + "/" + term + "=" + batch[0]));
            assertThat(found).containsExactly("1/1=1", "2/1=2", "3/2=6");
            assertThat(replayed(log, 1, 0)).containsExactly(9);
            assertThat(Logs.lastIndex(log, 0)).isEqualTo(3);
        }
    }

    @Test
    void aTruncationBeyondTheEndIsRefused() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            for (long bad : new long[] {0, 3}) {
                assertThat(Durable.of(heard -> log.truncateFrom(FIRST, bad, heard))
                                .failure())
                        .isEqualTo(ErrorCode.INVALID_REQUEST);
            }
            assertThat(commit(log, 0, 10, 2)).isEqualTo(2);
        }
    }

    @Test
    void aSegmentOfVoidEntriesDoesNotWaitForThem() {
        try (WriteAheadLog log = open()) {
            IntStream.rangeClosed(1, 5).forEach(n -> commit(log, 0, 10, n));
            log.roll().join();
            log.truncateFrom(FIRST, 3, new Durable());
            commit(log, 1, 10, 1);
            Logs.checkpointed(log, 0, 2);
            await().until(() -> log.oldestSegment() == 2);
        }
        try (WriteAheadLog log = open()) {
            assertThat(Logs.lastIndex(log, 0)).isEqualTo(2);
        }
    }

    // What is found at the start.

    @Test
    void aTornTailIsCutAndReported() {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            commit(log, 0, 10, 2);
            disk.killProcess();
        }
        String name = SegmentName.of(1);
        byte[] content = disk.content(name);
        int end = endOfData(content);
        disk.flipBit(name, end - 40, 3);
        disk.remove(LogMark.FILE); // it would say that this was acknowledged
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 0, 0)).containsExactly(1);
            assertThat(log.recoveryReport().damages()).isEmpty();
            assertThat(log.recoveryReport().cuts()).singleElement().satisfies(cut -> {
                assertThat(cut.file()).isEqualTo(name);
                assertThat(cut.offset() + cut.bytes()).isEqualTo(end);
            });
            assertThat(commit(log, 0, 10, 3)).isEqualTo(2);
        }
    }

    private static int headerLength(byte[] segment) {
        return ByteBuffer.wrap(segment).getInt(12);
    }

    private static int endOfData(byte[] content) {
        int end = content.length;
        while (end > 0 && content[end - 1] == 0) {
            end--;
        }
        return end;
    }

    @Test
    void aSoundBatchOfAnotherLifeOfTheFileIsNotTaken() throws IOException {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            commit(log, 0, 10, 66); // the batch that will be stale
        }
        byte[] before = disk.content(SegmentName.of(1));
        disk.remove(SegmentName.of(1));
        disk.remove(LogMark.FILE);
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.killProcess();
        }
        byte[] now = disk.content(SegmentName.of(1));
        int end = (endOfData(now) + 63) & -64;
        Disk.File file = disk.mount().open(SegmentName.of(1));
        file.write(ByteBuffer.wrap(before, end, endOfData(before) - end), end);
        file.sync();
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 0, 0)).containsExactly(1);
            assertThat(log.recoveryReport().cuts()).hasSize(1);
        }
    }

    @Test
    void aBatchThatACallerWroteIntoAnEntryIsNotTaken() throws IOException {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
            disk.killProcess();
        }
        byte[] whole = disk.content(SegmentName.of(1));
        int header = headerLength(whole);
        byte[] forged = Arrays.copyOfRange(whole, header, endOfData(whole) + 64 & -64);
        try (WriteAheadLog log = open()) {
            for (int pad = 0; pad < 64; pad++) {
                byte[] entry = new byte[pad + forged.length];
                System.arraycopy(forged, 0, entry, pad, forged.length);
                Logs.append(log, 1, entry).index();
            }
            disk.killProcess();
        }
        String name = disk.mount().list().stream()
                .filter(each -> endOfData(disk.content(each)) > 0)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        disk.flipBit(name, endOfData(disk.content(name)) - 10, 0);
        try (WriteAheadLog log = open()) {
            assertThat(replayed(log, 0, 0)).containsExactly(1);
            assertThat(log.recoveryReport().damages()).isEmpty();
        }
    }

    @Test
    void everyRestartReadsWhatTheLastOneServed() {
        for (int life = 1; life <= 10; life++) {
            try (WriteAheadLog log = open()) {
                assertThat(replayed(log, 0, 0))
                        .isEqualTo(IntStream.range(1, life).boxed().toList());
                commit(log, 0, 10, life);
                if (life % 2 == 0) {
                    disk.losePower();
                }
            }
        }
    }

    @Test
    void aNewerFormatIsRefusedAndSaid() throws IOException {
        try (WriteAheadLog log = open()) {
            commit(log, 0, 10, 1);
        }
        byte[] content = disk.content(SegmentName.of(1));
        ByteBuffer header = ByteBuffer.wrap(content, 0, headerLength(content)).slice();
        header.putShort(8, (short) 3);
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, 16));
        crc.update(header.slice(20, header.limit() - 20));
        header.putInt(16, (int) crc.getValue());
        disk.restore(SegmentName.of(1), content);
        assertThatThrownBy(this::open).isInstanceOfSatisfying(MnemeException.class, failure -> {
            assertThat(failure.field()).isEqualTo("format");
            assertThat(failure).hasMessageContaining("version 3").hasMessageContaining("newer");
        });
    }

    @Test
    void aFolderThatCannotBeReadIsALogThatFailed() {
        disk.cutPowerAfter(7); // once the mark is there
        try (WriteAheadLog log = open()) {
            assertThat(Logs.append(log, 0, filled(1, 1)).failure()).isEqualTo(ErrorCode.STORAGE_FULL);
        }
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.LOG_FAILED));
    }
}
