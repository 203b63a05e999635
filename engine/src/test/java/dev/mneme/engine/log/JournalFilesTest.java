package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.Journal.Vote;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.SimulatedDisk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// What the journal's shards have to do with its files: which segments stay, what damage takes from a shard and how it
/// goes on, what headers hold.
class JournalFilesTest {
    private static final LogConfig SMALL =
            new LogConfig(16 << 10, 4 << 10, 4 << 10, 1_000, 64 << 10, 4, Duration.ofMillis(1));
    private static final LogSeal SEAL = LogSeal.under(new byte[32]);
    private static final ShardId A = new ShardId(0);
    private static final ShardId B = new ShardId(1);
    private static final ShardId C = new ShardId(2);

    private final SimulatedDisk disk = new SimulatedDisk(9);
    private long salt;

    private WriteAheadLog open() {
        LogRuntime runtime =
                new LogRuntime(true, () -> ++salt, System::nanoTime, InstantSource.fixed(Instant.EPOCH), null);
        return WriteAheadLog.open(disk.mount(), Set.of(A, B), SMALL, LogMetrics.NONE, SEAL, runtime);
    }

    private static long done(WriteAheadLog log, Consumer<Journal.Callback> request) {
        Durable durable = Durable.of(request);
        log.step();
        return durable.index();
    }

    private static ErrorCode refused(WriteAheadLog log, Consumer<Journal.Callback> request) {
        Durable durable = Durable.of(request);
        log.step();
        return durable.failure();
    }

    private static long append(WriteAheadLog log, ShardId shard, int size) {
        return done(log, heard -> log.append(shard, Journal.NEXT, 1, new byte[size], heard));
    }

    private static void roll(WriteAheadLog log) {
        var rolled = log.roll();
        log.step();
        rolled.join();
    }

    private static List<Long> read(WriteAheadLog log, ShardId shard, long from) {
        List<Long> found = new ArrayList<>();
        log.read(shard, from, Long.MAX_VALUE, (index, term, entry) -> found.add(index));
        return found;
    }

    @Test
    void aSegmentStaysAsLongAsItIsRead() {
        try (WriteAheadLog log = open()) {
            for (int n = 0; n < 4; n++) {
                append(log, A, 10);
                append(log, A, 10);
                roll(log);
            }
            append(log, B, 10);
            List<Long> found = new ArrayList<>();
            log.read(A, 1, Long.MAX_VALUE, (index, term, entry) -> {
                found.add(index);
                log.releaseBefore(A, 9);
                log.read(B, 1, Long.MAX_VALUE, (other, otherTerm, bytes) -> {});
                assertThat(log.oldestSegment()).isEqualTo(1);
            });
            assertThat(found).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
            assertThat(log.oldestSegment()).as("then it goes").isEqualTo(5);
        }
    }

    @Test
    void aSegmentStaysAsLongAsAReaderHoldsIt() {
        try (WriteAheadLog log = open()) {
            for (int n = 0; n < 4; n++) {
                append(log, A, 10);
                append(log, B, 10);
                roll(log);
            }
            append(log, A, 10);
            Journal.Hold first = log.hold(A, 2);
            Journal.Hold second = log.hold(B, 4);
            log.releaseBefore(A, 6);
            log.releaseBefore(B, 5);
            assertThat(log.oldestSegment()).isEqualTo(2);
            first.advance(3);
            assertThat(log.oldestSegment()).isEqualTo(3);
            assertThat(read(log, A, 3)).containsExactly(3L, 4L, 5L);
            first.close();
            assertThat(log.oldestSegment()).as("the other shard's reader").isEqualTo(4);
            second.close();
            assertThat(log.oldestSegment()).isEqualTo(5);
        }
    }

    /// Segments beyond the limit that the tables themselves need are no reader's fault.
    @Test
    void aReaderLosesItsHoldOnlyWhenItAloneKeepsTooMuch() {
        try (WriteAheadLog log = open()) {
            append(log, A, 10);
            Journal.Hold hold = log.hold(A, 1);
            Journal.Hold further = log.hold(A, 7);
            while (log.segments() < SMALL.maxSegments() + 3) {
                append(log, A, 10);
                roll(log);
            }
            assertThat(log.pinning()).containsKey(A);
            log.releaseBefore(A, 1);
            assertThat(hold.isLost()).isFalse();
            assertThat(read(log, A, 1)).hasSize((int) log.lastIndex(A));
            log.releaseBefore(A, log.lastIndex(A) + 1);
            assertThat(hold.isLost()).isTrue();
            assertThat(further.isLost()).as("what it keeps is within the limit").isFalse();
            assertThat(log.firstIndex(A)).isEqualTo(7);
            assertThat(log.pinning()).isEmpty();
            assertThat(log.segments()).isLessThanOrEqualTo(SMALL.maxSegments());
            further.close();
        }
    }

    @Test
    void aReaderLosesItsHoldWithTheNextSegmentThatIsTooMuch() {
        try (WriteAheadLog log = open()) {
            append(log, A, 10);
            Journal.Hold hold = log.hold(A, 1);
            log.releaseBefore(A, 2);
            while (log.segments() < SMALL.maxSegments()) {
                append(log, B, 10);
                roll(log);
                log.releaseBefore(B, log.lastIndex(B) + 1);
                assertThat(hold.isLost()).isFalse();
            }
            append(log, B, 10);
            roll(log);
            assertThat(hold.isLost()).as("though nobody released anything").isTrue();
            assertThat(log.oldestSegment()).isGreaterThan(1);
        }
    }

    /// A reader cannot come through what is lost, so it does not keep the shard from going on.
    @Test
    void aHoldDoesNotKeepADamagedShardFromGoingOn() {
        damageTheSecondSegment();
        try (WriteAheadLog log = open()) {
            assertThatThrownBy(() -> log.hold(A, 2))
                    .isInstanceOfSatisfying(
                            MnemeException.class,
                            gone -> assertThat(gone.code()).isEqualTo(ErrorCode.POSITION_EXPIRED));
            Journal.Hold behind = log.hold(A, 3);
            log.releaseBefore(A, 3);
            assertThat(append(log, A, 10)).isEqualTo(4);
            assertThat(behind.isLost()).isFalse();
            assertThat(read(log, A, 3)).containsExactly(3L, 4L);
            behind.close();
        }
    }

    @Test
    void aHoldThatIsClosedAfterItsLogDeletesNothingThere() {
        WriteAheadLog log = open();
        append(log, A, 10);
        roll(log);
        append(log, A, 10);
        Journal.Hold hold = log.hold(A, 1);
        log.releaseBefore(A, 3);
        log.close();
        Map<String, byte[]> before = disk.image();
        hold.close();
        assertThat(disk.image()).containsExactlyInAnyOrderEntriesOf(before);
    }

    /// Shard A has entries in segments 1 to 3; segment 2, which also holds B's vote and members, the beginning of C,
    /// and the end of a shard that was dropped, is damaged.
    private void damageTheSecondSegment() {
        ShardId dropped = new ShardId(7);
        try (WriteAheadLog log = open()) {
            append(log, A, 10);
            append(log, B, 10);
            done(log, heard -> log.open(dropped, heard));
            roll(log);
            append(log, A, 10);
            done(log, heard -> log.vote(B, 6, "node-2", heard));
            done(log, heard -> log.members(B, new byte[] {1, 2}, heard));
            done(log, heard -> log.open(C, heard));
            append(log, C, 10);
            done(log, heard -> log.drop(dropped, heard));
            roll(log);
            append(log, A, 10);
        }
        int header = ByteBuffer.wrap(disk.content(SegmentName.of(2))).getInt(12);
        disk.flipBit(SegmentName.of(2), header + 140, 1);
    }

    @Test
    void damageLeavesWhatLaterSegmentsSayOfTheShards() {
        damageTheSecondSegment();
        try (WriteAheadLog log = open()) {
            assertThat(log.recoveryReport().damages()).hasSize(1);
            assertThat(log.shards()).containsExactly(A, B, C);
            assertThat(log.vote(B)).isEqualTo(new Vote(6, "node-2"));
            assertThat(log.members(B)).containsExactly(1, 2);
            assertThat(append(log, B, 10)).as("it lost nothing").isEqualTo(2);
            assertThat(refused(log, heard -> log.append(A, Journal.NEXT, 1, new byte[1], heard)))
                    .isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            assertThat(refused(log, heard -> log.vote(C, 1, "node-1", heard)))
                    .as("it may have promised something else")
                    .isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            assertThatThrownBy(() -> read(log, A, 1)).hasMessageContaining(SegmentName.of(2));
            assertThat(log.firstIndex(A)).isEqualTo(3);
            assertThat(read(log, A, 3)).containsExactly(3L);
        }
    }

    @Test
    void aDamagedShardKeepsTheSegmentsUntilItIsReset() {
        damageTheSecondSegment();
        try (WriteAheadLog log = open()) {
            log.releaseBefore(B, 2);
            done(log, heard -> log.drop(C, heard));
            roll(log);
            assertThat(log.oldestSegment()).isEqualTo(1);
            assertThat(done(log, heard -> log.reset(A, 50, 4, heard))).isEqualTo(50);
            assertThat(done(log, heard -> log.append(A, Journal.NEXT, 4, new byte[1], heard)))
                    .isEqualTo(51);
            log.releaseBefore(B, 2);
            assertThat(log.oldestSegment()).isGreaterThan(2);
        }
        try (WriteAheadLog log = open()) {
            assertThat(log.recoveryReport().damages()).isEmpty();
            assertThat(read(log, A, 51)).containsExactly(51L);
        }
    }

    @Test
    void aLogWhoseNewestSegmentIsDamagedIsNotWrittenTo() {
        try (WriteAheadLog log = open()) {
            append(log, A, 10);
            append(log, A, 10);
        }
        int header = ByteBuffer.wrap(disk.content(SegmentName.of(1))).getInt(12);
        disk.flipBit(SegmentName.of(1), header + 140, 1);
        byte[] before = disk.content(SegmentName.of(1));
        try (WriteAheadLog log = open()) {
            List<Consumer<Journal.Callback>> requests = List.of(
                    heard -> log.append(A, Journal.NEXT, 1, new byte[1], heard),
                    heard -> log.reset(A, 9, 1, heard),
                    heard -> log.open(C, heard),
                    heard -> log.drop(B, heard));
            for (Consumer<Journal.Callback> request : requests) {
                assertThat(refused(log, request)).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            }
            var rolled = log.roll();
            log.step();
            assertThat(rolled).isCompletedExceptionally();
        }
        assertThat(disk.content(SegmentName.of(1))).isEqualTo(before);
        assertThat(disk.image().keySet().stream().filter(name -> name.endsWith(".wal")))
                .hasSize(1);
    }

    @Test
    void whatHeadersSayIsBounded() {
        int opened = 2;
        String name = "n".repeat(48);
        try (WriteAheadLog log = open()) {
            assertThat(refused(log, heard -> log.members(A, new byte[4_097], heard)))
                    .isEqualTo(ErrorCode.TOO_LARGE);
            while (opened < 1_000) {
                int id = opened;
                Durable durable = Durable.of(heard -> log.open(new ShardId(id), heard));
                log.step();
                if (log.shards().size() == opened) {
                    assertThat(durable.failure()).isEqualTo(ErrorCode.TOO_LARGE);
                    break;
                }
                opened++;
            }
            assertThat(opened).isBetween(200, 300);
            assertThat(refused(log, heard -> log.vote(A, 1, name, heard))).isEqualTo(ErrorCode.TOO_LARGE);
            assertThat(refused(log, heard -> log.members(A, new byte[60], heard)))
                    .isEqualTo(ErrorCode.TOO_LARGE);
            roll(log);
            assertThat(append(log, A, SMALL.maxEntryBytes()))
                    .as("there is room for it")
                    .isEqualTo(1);
            done(log, heard -> log.drop(new ShardId(5), heard));
            done(log, heard -> log.vote(A, 1, name, heard));
        }
        disk.losePower();
        try (WriteAheadLog log = open()) {
            assertThat(log.shards()).hasSize(opened - 1);
            assertThat(log.vote(A)).isEqualTo(new Vote(1, name));
            assertThat(read(log, A, 1)).containsExactly(1L);
        }
    }

    @Test
    void releasesThatAreWrittenDownStayWithinTheSegment() {
        try (WriteAheadLog log = open()) {
            for (int n = 2; n < 40; n++) {
                ShardId shard = new ShardId(n);
                done(log, heard -> log.open(shard, heard));
            }
            for (int n = 0; n < 300; n++) {
                for (int shard = 2; shard < 40; shard++) {
                    Durable.append(log, new ShardId(shard), 1, new byte[n % 17]);
                }
                log.step();
                for (int shard = 2; shard < 40; shard++) {
                    log.releaseBefore(new ShardId(shard), n + 1L);
                }
            }
            assertThat(log.oldestSegment()).as("it rolled").isGreaterThan(20);
            disk.image()
                    .forEach((name, content) ->
                            assertThat(content.length).as(name).isLessThanOrEqualTo(SMALL.segmentBytes()));
        }
    }

    /// Somebody without the key gives a shard another vote, with a good checksum.
    @Test
    void aHeaderThatWasChangedFromOutsideIsRefused() {
        try (WriteAheadLog log = open()) {
            done(log, heard -> log.vote(A, 6, "node-2", heard));
            roll(log);
            append(log, A, 10);
        }
        byte[] content = disk.content(SegmentName.of(2));
        ByteBuffer header =
                ByteBuffer.wrap(content, 0, ByteBuffer.wrap(content).getInt(12)).slice();
        int votedFor = 112 + 48;
        assertThat(header.get(votedFor + 5)).isEqualTo((byte) '2');
        header.put(votedFor + 5, (byte) '3');
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, 16));
        crc.update(header.slice(20, header.limit() - 20));
        header.putInt(16, (int) crc.getValue());
        disk.restore(SegmentName.of(2), content);
        Map<String, byte[]> before = disk.image();
        assertThatThrownBy(this::open).isInstanceOfSatisfying(MnemeException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            assertThat(refused).hasMessageContaining(SegmentName.of(2)).hasMessageContaining("wrong MAC");
        });
        assertThat(disk.image()).containsExactlyInAnyOrderEntriesOf(before);
    }
}
