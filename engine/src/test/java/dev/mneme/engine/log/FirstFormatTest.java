package dev.mneme.engine.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.SimulatedDisk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Folders that a version with log format 1 left: three shards, three segments, a cut back; closed, and killed before
/// it was closed. Their zeros at the end are left out of the resources.
class FirstFormatTest {
    private static final LogConfig SMALL =
            new LogConfig(4 << 10, 1 << 10, 1 << 10, 100, 64 << 10, 4, Duration.ofMillis(1));
    private static final ShardId FIRST = new ShardId(0);
    private static final ShardId SECOND = new ShardId(1);
    private static final int SEGMENTS = 3;

    private final SimulatedDisk disk = new SimulatedDisk(1);

    private void left(String how) throws IOException {
        for (int segment = 1; segment <= SEGMENTS; segment++) {
            String name = SegmentName.of(segment);
            disk.restore(name, Arrays.copyOf(resource(how, "segment-" + segment), SMALL.segmentBytes()));
        }
        disk.restore(LogMark.FILE, resource(how, LogMark.FILE));
    }

    private static byte[] resource(String how, String name) throws IOException {
        try (InputStream in = FirstFormatTest.class.getResourceAsStream("format-1/" + how + "/" + name + ".bin")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    private WriteAheadLog open() {
        LogSeal seal = LogSeal.under(new byte[32]);
        return WriteAheadLog.open(disk.mount(), Set.of(), SMALL, LogMetrics.NONE, seal, LogRuntime.system());
    }

    private static List<String> read(Journal log, ShardId shard) {
        List<String> found = new ArrayList<>();
        log.read(
                shard,
                1,
                Long.MAX_VALUE,
                (index, term, entry) -> found.add(index + "/" + term + " " + new String(entry, UTF_8)));
        return found;
    }

    private static void assertWhole(WriteAheadLog log) {
        assertThat(log.recoveryReport().damages()).isEmpty();
        assertThat(log.shards()).containsExactly(FIRST, SECOND, ShardId.SYSTEM);
        assertThat(read(log, FIRST))
                .containsExactly("1/1 zero 1", "2/1 zero 2", "3/1 zero 3", "4/3 zero 4 again", "5/3 zero 5 again");
        assertThat(read(log, SECOND)).containsExactly("1/1 one 1", "2/1 one 2", "3/1 one 3", "4/1 one 4");
        assertThat(read(log, ShardId.SYSTEM)).containsExactly("1/1 system 1", "2/1 system 2", "3/1 system 3");
        assertThat(log.vote(FIRST)).isEqualTo(Journal.Vote.NONE);
    }

    private short version(long segment) {
        return ByteBuffer.wrap(disk.content(SegmentName.of(segment))).getShort(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"closed", "killed"})
    void anOldFolderOpensAndGoesOn(String how) throws IOException {
        left(how);
        try (WriteAheadLog log = open()) {
            assertWhole(log);
            assertThat(log.recoveryReport().copiedRecords()).isEqualTo(how.equals("killed") ? 1 : 0);
        }
        disk.losePower();
        try (WriteAheadLog log = open()) {
            assertWhole(log);
            assertThat(Durable.append(log, FIRST, 3, "zero 6".getBytes(UTF_8)).index())
                    .isEqualTo(6);
            Durable.of(heard -> log.vote(SECOND, 2, "node-1", heard)).index();
            Durable.of(heard -> log.open(new ShardId(2), heard)).index();
            log.roll().join();
            Durable.append(log, ShardId.SYSTEM, 1, "system 4".getBytes(UTF_8)).index();
        }
        disk.losePower();
        for (long segment = 1; segment <= SEGMENTS; segment++) {
            assertThat(version(segment)).isEqualTo((short) 1);
        }
        assertThat(version(SEGMENTS + 1)).isEqualTo((short) 2);
        try (WriteAheadLog log = open()) {
            assertThat(read(log, FIRST)).hasSize(6).last().isEqualTo("6/3 zero 6");
            assertThat(read(log, ShardId.SYSTEM)).hasSize(4).last().isEqualTo("4/1 system 4");
            assertThat(log.vote(SECOND)).isEqualTo(new Journal.Vote(2, "node-1"));
            assertThat(log.shards()).containsExactly(FIRST, SECOND, new ShardId(2), ShardId.SYSTEM);
        }
    }

    @Test
    void oldSegmentsGoLikeOthers() throws IOException {
        left("closed");
        try (WriteAheadLog log = open()) {
            log.roll().join();
            log.releaseBefore(FIRST, 6);
            log.releaseBefore(SECOND, 5);
            log.releaseBefore(ShardId.SYSTEM, 4);
            await().until(() -> log.oldestSegment() == SEGMENTS + 1);
        }
        try (WriteAheadLog log = open()) {
            assertThat(log.lastIndex(FIRST)).isEqualTo(5);
            assertThat(log.lastTerm(FIRST)).isEqualTo(3);
            assertThat(log.lastIndex(ShardId.SYSTEM)).isEqualTo(3);
        }
    }

    @Test
    void whereShardsHavePlacesTheLastIsTheSystemsAndOthersAreRefused() throws IOException {
        left("closed");
        try (WriteAheadLog log = openOf(3)) {
            assertThat(read(log, ShardId.SYSTEM)).containsExactly("1/1 system 1", "2/1 system 2", "3/1 system 3");
            assertThat(log.lastIndex(FIRST)).isEqualTo(5);
        }
        assertThatThrownBy(() -> openOf(4))
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        failure -> assertThat(failure.field()).isEqualTo("shards"));
    }

    private WriteAheadLog openOf(int shards) {
        Set<ShardId> ids = Set.copyOf(LogFormat.ids(shards));
        return WriteAheadLog.openOf(disk.mount(), ids, SMALL, LogMetrics.NONE, LogSeal.under(new byte[32]));
    }

    /// Every byte of the first segment that was durable: none may pass unnoticed.
    @Test
    void damageOfAnOldSegmentIsTold() throws IOException {
        int length = resource("closed", "segment-1").length;
        for (int at = 0; at < length; at += 7) {
            left("closed");
            disk.flipBit(SegmentName.of(1), at, at % 8);
            try (WriteAheadLog log = open()) {
                assertThat(log.recoveryReport().damages()).as("at %d", at).isNotEmpty();
            }
            disk.killProcess();
        }
    }

    /// Batches of the old format in a segment of the new one, or the other way round, are none.
    @Test
    void aSegmentHoldsBatchesOfItsOwnFormatOnly() throws IOException {
        left("closed");
        for (LogFormat format : List.of(LogFormat.CURRENT, LogFormat.ofPositions(3))) {
            try (SegmentReader reader = new SegmentReader(disk.mount(), 1, LogSeal.under(new byte[32]))) {
                SegmentHeader header = Objects.requireNonNull(reader.header());
                reader.expect(format);
                SegmentReader.Chain chain = reader.follow(
                        SegmentReader.Chain.empty(header), header.salt(), reader.size(), SegmentReader.Visitor.NONE);
                assertThat(chain.nextBatch() > header.firstBatch()).isEqualTo(!format.isCurrent());
            }
        }
    }
}
