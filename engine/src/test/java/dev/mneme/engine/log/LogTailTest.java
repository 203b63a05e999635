package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.log.LogTail.Ending;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said of a log's end after a stop, honest or not.
class LogTailTest {
    private static final int SHARDS = 2;
    private static final LogConfig SMALL =
            new LogConfig(16 << 10, 4 << 10, 4 << 10, 50, 32 << 10, 3, Duration.ofMillis(1));
    private static final LogSeal SEAL = LogSeal.under(new byte[32]);
    private static final UUID BOOT = new UUID(1, 2);
    private static final UUID NEXT_BOOT = new UUID(3, 4);

    private final SimulatedDisk disk = new SimulatedDisk(11);

    private WriteAheadLog open(UUID boot) {
        return Logs.open(disk.mount(), SHARDS, SMALL, LogMetrics.NONE, SEAL, () -> 77, boot);
    }

    private static void commit(WriteAheadLog log, int with) {
        byte[] entry = new byte[300];
        Arrays.fill(entry, (byte) with);
        Logs.append(log, 0, entry).index();
    }

    private static List<Integer> replayed(WriteAheadLog log) {
        List<Integer> found = new ArrayList<>();
        Logs.replay(log, 0, 0, (index, term, batch) -> found.add((int) batch[0]));
        return found;
    }

    /// Five entries, each of a batch of its own; then the process dies.
    private void liveAndDie() {
        try (WriteAheadLog log = open(BOOT)) {
            for (int n = 1; n <= 5; n++) {
                commit(log, n);
            }
            disk.killProcess();
        }
    }

    private LogTail reopened(UUID boot) {
        try (WriteAheadLog log = open(boot)) {
            return log.recoveryReport().tail();
        }
    }

    /// Where the last batch of the first segment begins.
    private int lastBatch() {
        byte[] content = disk.content(SegmentName.of(1));
        int at = content.length - BatchHeader.ALIGNMENT;
        while (ByteBuffer.wrap(content).getInt(at) != BatchHeader.MAGIC) {
            at -= BatchHeader.ALIGNMENT;
        }
        return at;
    }

    private void zeroLastBatch() {
        byte[] content = disk.content(SegmentName.of(1));
        Arrays.fill(content, lastBatch(), content.length, (byte) 0);
        disk.restore(SegmentName.of(1), content);
    }

    private void refuses(UUID boot) {
        Map<String, byte[]> before = disk.image();
        assertThatThrownBy(() -> open(boot)).isInstanceOfSatisfying(MnemeException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            assertThat(refused).hasMessageContaining("told of batches up to 5").hasMessageContaining("--accept tail");
        });
        assertThat(disk.image()).as("nothing is changed").containsExactlyInAnyOrderEntriesOf(before);
    }

    @Test
    void whatWasClosedIsKnownToBeWhole() {
        try (WriteAheadLog log = open(BOOT)) {
            assertThat(log.recoveryReport().tail().ending()).isEqualTo(Ending.CLOSED);
            commit(log, 1);
        }
        disk.losePower();
        assertThat(reopened(NEXT_BOOT).ending()).isEqualTo(Ending.CLOSED);
        assertThat(reopened(NEXT_BOOT).uncertainStops()).isZero();
    }

    @Test
    void aKilledProcessLeavesNothingUnknown() {
        liveAndDie();
        assertThat(reopened(BOOT).ending()).isEqualTo(Ending.KILLED);
    }

    @Test
    void aNewestBatchThatIsZeroedAfterAKillIsMissed() {
        liveAndDie();
        zeroLastBatch();
        refuses(BOOT);
    }

    @Test
    void aFlippedByteInTheNewestBatchIsNoTornTail() {
        liveAndDie();
        disk.flipBit(SegmentName.of(1), lastBatch() + BatchHeader.LENGTH + LogRecord.LENGTH + 20, 3);
        refuses(BOOT);
    }

    @Test
    void theWholeNewestSegmentIsMissed() {
        try (WriteAheadLog log = open(BOOT)) {
            commit(log, 1);
            commit(log, 2);
            commit(log, 3);
            log.roll().join();
            commit(log, 4);
            commit(log, 5);
            disk.killProcess();
        }
        disk.restore(SegmentName.of(2), new byte[SMALL.segmentBytes()]);
        refuses(BOOT);
    }

    @Test
    void aLogWithoutItsSegmentsIsNoNewOne() {
        liveAndDie();
        disk.image().keySet().stream().filter(name -> name.endsWith(".wal")).forEach(disk::remove);
        refuses(BOOT);
    }

    /// All that was answered for lay in segments that every shard had passed, and nothing was written since.
    @Test
    void aNewestSegmentWithoutRecordsLacksNothing() {
        liveAndDie();
        try (WriteAheadLog log = open(BOOT)) { // writes again what was not proven, and batches without records
            passBy(log);
            disk.killProcess();
        }
        assertThat(reopened(BOOT).ending()).isEqualTo(Ending.KILLED);
        assertThat(reopened(NEXT_BOOT).ending()).isEqualTo(Ending.CLOSED);
        try (WriteAheadLog log = open(BOOT)) {
            passBy(log);
        }
        assertThat(reopened(NEXT_BOOT).ending()).isEqualTo(Ending.CLOSED);
        assertThat(reopened(NEXT_BOOT).uncertainStops()).isZero();
    }

    private void passBy(WriteAheadLog log) {
        long newest = log.roll().join();
        Logs.checkpointed(log, 0, 5);
        Logs.checkpointed(log, 1, 0);
        await().until(() -> log.oldestSegment() == newest);
    }

    /// A batch that was being written when the process died, and that nobody was told of.
    @Test
    void whatWasTornInTheWritingWasNeverAcknowledged() {
        try (WriteAheadLog log = open(BOOT)) {
            commit(log, 1);
            disk.failWrite(1);
            Durable torn = Logs.append(log, 0, new byte[2_000]);
            assertThat(torn.failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            disk.killProcess();
        }
        try (WriteAheadLog log = open(BOOT)) {
            assertThat(log.recoveryReport().tail().ending()).isEqualTo(Ending.KILLED);
            assertThat(log.recoveryReport().unknown()).isEmpty();
            assertThat(replayed(log)).containsExactly(1);
        }
    }

    @Test
    void afterAPowerLossItIsSaidWhatIsNotKnownAndCounted() {
        liveAndDie();
        disk.losePower();
        try (WriteAheadLog log = open(NEXT_BOOT)) {
            assertThat(log.recoveryReport().tail().ending()).isEqualTo(Ending.UNCERTAIN);
            assertThat(log.recoveryReport().tail().uncertainStops()).isEqualTo(1);
            assertThat(log.recoveryReport().unknown()).anyMatch(said -> said.contains("nothing says"));
            assertThat(replayed(log)).containsExactly(1, 2, 3, 4, 5);
        }
        assertThat(reopened(NEXT_BOOT).ending()).isEqualTo(Ending.CLOSED);
        assertThat(reopened(NEXT_BOOT).uncertainStops()).as("the count stays").isEqualTo(1);
    }

    /// The mark was in the page cache alone: what is cut may have been answered for, and nobody says that it was
    /// not.
    @Test
    void damageWithoutAMarkIsNotCalledNeverAcknowledged() {
        liveAndDie();
        disk.flipBit(SegmentName.of(1), lastBatch() + BatchHeader.LENGTH + LogRecord.LENGTH + 20, 3);
        disk.restore(LogMark.FILE, new byte[1_024]);
        try (WriteAheadLog log = open(BOOT)) {
            assertThat(log.recoveryReport().tail().ending()).isEqualTo(Ending.UNCERTAIN);
            assertThat(log.recoveryReport().cuts()).hasSize(1);
            assertThat(log.recoveryReport().unknown()).anyMatch(said -> said.contains("may have been acknowledged"));
        }
    }

    /// "Never acknowledged" is said where it is known, and nowhere else.
    @Test
    void whatIsLoggedOfATornTailIsNoMoreThanIsKnown() {
        try (WriteAheadLog log = open(BOOT)) {
            commit(log, 1);
            disk.failWrite(1);
            assertThat(Logs.append(log, 0, new byte[2_000]).failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            disk.killProcess();
        }
        Map<String, byte[]> torn = disk.image();
        assertThat(logged(() -> reopened(BOOT)))
                .anyMatch(said -> said.startsWith("Cut a torn tail") && said.contains("never acknowledged"))
                .noneMatch(said -> said.startsWith("Not known"));
        torn.forEach(disk::restore);
        disk.image().keySet().stream().filter(name -> !torn.containsKey(name)).forEach(disk::remove);
        assertThat(logged(() -> reopened(NEXT_BOOT)))
                .anyMatch(said -> said.startsWith("Cut a torn tail"))
                .noneMatch(said -> said.contains("never acknowledged"))
                .anyMatch(said -> said.startsWith("Not known"));
    }

    private static List<String> logged(Runnable run) {
        List<String> said = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(java.util.logging.LogRecord record) {
                said.add(new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {
                // kept in memory
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
        Logger logger = Logger.getLogger(WriteAheadLog.class.getName());
        logger.addHandler(handler);
        try {
            run.run();
        } finally {
            logger.removeHandler(handler);
        }
        return said;
    }

    /// What somebody stored cannot speak for the log, whatever it looks like.
    @Test
    void anEntryThatLooksLikeABatchProvesNothing() {
        ByteBuffer batch =
                new BatchBuffer(LogSeal.NONE).encode(List.of(), 1, 77, 9, new LogPosition(1, SMALL.segmentBytes()));
        int before = BatchHeader.aligned(BatchHeader.LENGTH + LogRecord.LENGTH);
        int pad = before - BatchHeader.LENGTH - LogRecord.LENGTH;
        byte[] entry = new byte[pad + batch.remaining()];
        batch.get(entry, pad, batch.remaining());
        try (WriteAheadLog log = open(BOOT)) {
            commit(log, 1);
            Logs.append(log, 0, entry).index();
            disk.killProcess();
        }
        disk.flipBit(SegmentName.of(1), lastBatch() - before + BatchHeader.LENGTH + 4, 0);
        disk.restore(LogMark.FILE, new byte[1_024]);
        assertThat(reopened(BOOT).ending()).isEqualTo(Ending.UNCERTAIN);
    }

    /// With the newest record goes what it said, and with the newest batch what would speak against it.
    @Test
    void aMarkThatLacksOneOfItsRecordsVouchesForNothing() throws IOException {
        liveAndDie();
        zeroLastBatch();
        LogMark newest = Objects.requireNonNull(LogMark.read(disk.mount(), SEAL));
        byte[] mark = disk.content(LogMark.FILE);
        Arrays.fill(mark, (int) (newest.number() % 2 * 512), (int) (newest.number() % 2 * 512) + 100, (byte) 0);
        disk.restore(LogMark.FILE, mark);
        assertThat(reopened(BOOT).ending()).isEqualTo(Ending.UNCERTAIN);
    }

    /// In place of the newest record lies one from long before: each alone is sound. (The last before it would be
    /// the whole mark of a batch ago: an older copy, which an anchor tells.)
    @Test
    void aMarkWithAnOlderRecordOfItsOwnVouchesForNothing() throws IOException {
        byte[] older;
        try (WriteAheadLog log = open(BOOT)) {
            commit(log, 1);
            older = disk.content(LogMark.FILE);
            commit(log, 2);
            commit(log, 3);
            commit(log, 4);
            commit(log, 5);
            disk.killProcess();
        }
        zeroLastBatch();
        LogMark newest = Objects.requireNonNull(LogMark.read(disk.mount(), SEAL));
        int slot = (int) (newest.number() % 2 * 512);
        byte[] mark = disk.content(LogMark.FILE);
        System.arraycopy(older, slot, mark, slot, 100);
        disk.restore(LogMark.FILE, mark);
        assertThat(Objects.requireNonNull(LogMark.read(disk.mount(), SEAL)).number())
                .isEqualTo(newest.number() - 1);
        assertThat(reopened(BOOT).ending()).isEqualTo(Ending.UNCERTAIN);
    }

    /// Of a log that nobody seals, the checksum alone tells a record that was torn in the writing.
    @Test
    void aTornRecordIsNotReadWithoutAKeyEither() throws IOException {
        try (WriteAheadLog log =
                Logs.open(disk.mount(), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE, () -> 77, BOOT)) {
            commit(log, 1);
            commit(log, 2);
            disk.killProcess();
        }
        LogMark newest = Objects.requireNonNull(LogMark.read(disk.mount(), LogSeal.NONE));
        disk.flipBit(LogMark.FILE, (int) (newest.number() % 2 * 512) + 23, 0);
        LogMark read = Objects.requireNonNull(LogMark.read(disk.mount(), LogSeal.NONE));
        assertThat(read.number()).isEqualTo(newest.number() - 1);
        assertThat(read.whole()).isFalse();
    }

    @Test
    void aMarkOfSomebodyWithoutTheKeyIsNotBelieved() throws IOException {
        liveAndDie();
        zeroLastBatch();
        LogMark newest = Objects.requireNonNull(LogMark.read(disk.mount(), SEAL));
        LogMark forged = new LogMark(newest.number() + 2, 4, newest.at(), true, 0, BOOT, true);
        byte[] another = new byte[32];
        another[0] = 1;
        LogMark.put(disk.mount(), LogSeal.under(another), forged);
        assertThat(reopened(BOOT).ending()).isEqualTo(Ending.UNCERTAIN);
    }

    @Test
    void whoAcceptsTheTailGoesOnFromWhatIsThere(@TempDir Path folder) throws IOException {
        try (WriteAheadLog log = onDisk(folder)) {
            for (int n = 1; n <= 5; n++) {
                commit(log, n);
            }
        }
        LogMark whole = Objects.requireNonNull(LogMark.read(new FolderDisk(folder), SEAL));
        LogMark.put(new FolderDisk(folder), SEAL, new LogMark(whole.number() + 2, 9, whole.at(), false, 0, null, true));
        assertThatThrownBy(() -> onDisk(folder)).hasMessageContaining("--accept tail");
        LogTail was = WriteAheadLog.acceptTail(folder, SEAL, InstantSource.system());
        assertThat(was.ending()).isEqualTo(Ending.SHORT);
        assertThat(was.acknowledged()).isEqualTo(9);
        try (WriteAheadLog log = onDisk(folder)) {
            assertThat(log.recoveryReport().tail().ending()).isEqualTo(Ending.UNCERTAIN);
            assertThat(replayed(log)).containsExactly(1, 2, 3, 4, 5);
        }
    }

    private static WriteAheadLog onDisk(Path folder) throws IOException {
        return Logs.open(new FolderDisk(folder), SHARDS, SMALL, LogMetrics.NONE, SEAL);
    }
}
