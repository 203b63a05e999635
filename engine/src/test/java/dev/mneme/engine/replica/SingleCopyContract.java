package dev.mneme.engine.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.log.LogReplay;
import dev.mneme.testkit.AgreementContract;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.ListMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What one copy promises beyond any agreement: what it has to do with the journal under it. A test class
/// says how to open the journal; opening again finds what the closed one kept.
abstract class SingleCopyContract extends AgreementContract {
    /// One of those in the journal, but neither the first nor the last.
    static final ShardId SHARD = new ShardId(1);

    static final ShardId OTHER = new ShardId(0);

    private @Nullable Journal journal;

    /// Opens the journal of this test, or opens it again, with [#SHARD] and [#OTHER].
    protected abstract Journal openJournal();

    /// The next fsync of what the journal writes fails.
    protected abstract void failNextSync(Journal of);

    /// Opens the journal alone.
    final Journal reopened() {
        close();
        Journal opened = openJournal();
        journal = opened;
        return opened;
    }

    @Override
    protected final Agreement open() {
        return new SingleCopy(reopened(), SHARD);
    }

    @AfterEach
    final void close() {
        if (journal != null) {
            journal.close();
        }
    }

    private static void append(Journal to, long term, String text) {
        Durable.append(to, SHARD, term, text.getBytes(UTF_8)).index();
    }

    /// The entries of the journal from an index on, as `index/term text`.
    private static List<String> read(Journal from, ShardId shard, long index) {
        List<String> found = new ArrayList<>();
        from.read(
                shard,
                index,
                Long.MAX_VALUE,
                (at, term, entry) -> found.add(at + "/" + term + " " + new String(entry, UTF_8)));
        return found;
    }

    private static ErrorCode refusal(Runnable what) {
        try {
            what.run();
        } catch (MnemeException refused) {
            return refused.code();
        }
        throw new AssertionError("It was not refused.");
    }

    // Indexes and terms.

    @Test
    void indexesHaveNoGapsAndTheFirstTermIsOne() {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.terms()).containsExactly(1L);
            texts(0, 200).forEach(text -> propose(agreement, text));
            until(() -> member.delivered().size() == 200);
            assertThat(member.rows().keySet())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 200).boxed().toList());
        }
        Journal log = reopened();
        assertThat(read(log, SHARD, 1))
                .hasSize(200)
                .startsWith("1/1 n0", "2/1 n1")
                .endsWith("200/1 n199");
        assertThat(log.lastIndex(OTHER)).as("another shard's").isZero();
    }

    @Test
    void theTermIsThatOfTheShardsLastEntry() {
        Journal before = reopened();
        append(before, 3, "of term three");
        append(before, 7, "of term seven");
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.terms()).containsExactly(7L);
            propose(agreement, "next");
            until(() -> member.texts().contains("next"));
        }
        assertThat(read(reopened(), SHARD, 1)).containsExactly("1/3 of term three", "2/7 of term seven", "3/7 next");
    }

    @Test
    void whatIsLeftOutAmongTheIndexesIsNotMissed() {
        Journal before = reopened();
        for (long index : new long[] {2, 3, 9}) {
            Durable.of(heard -> before.append(SHARD, index, 1, ("n" + index).getBytes(UTF_8), heard))
                    .index();
        }
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.rows()).containsExactlyEntriesOf(new TreeMap<>(Map.of(2L, "n2", 3L, "n3", 9L, "n9")));
            propose(agreement, "n10");
            until(() -> member.rows().containsKey(10L));
        }
    }

    /// As a shard moves in: its rows come from elsewhere, and the log begins after them.
    @Test
    void aShardThatBeginsElsewhereGoesOnFromThere() {
        Journal before = reopened();
        append(before, 1, "of another life");
        Durable.of(heard -> before.reset(SHARD, 90, 4, heard)).index();
        NavigableMap<Long, String> rows = new TreeMap<>();
        rows.put(90L, "all that came before");
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember(rows));
            assertThat(member.terms()).containsExactly(4L);
            propose(agreement, "first here");
            until(() -> member.rows().containsKey(91L));
        }
        assertThat(read(reopened(), SHARD, 91)).containsExactly("91/4 first here");
        try (Agreement agreement = open()) {
            assertThat(refusal(() -> agreement.start(new ListMember(), 0)))
                    .as("without those rows")
                    .isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
        }
    }

    // Recovery.

    /// More than one piece of the log.
    @Test
    void aLongLogIsDeliveredWholeInItsOrder() {
        String large = "x".repeat(100 << 10);
        List<String> expected = new ArrayList<>();
        Journal before = reopened();
        for (int n = 0; n < 100; n++) {
            expected.add(n + large);
            append(before, 1, n + large);
        }
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.texts()).isEqualTo(expected);
            assertThat(member.deliveredBeforeRole()).isEqualTo(100);
            assertThat(agreement.readBarrier()).isCompletedWithValue(100L);
        }
    }

    /// More than one piece, too.
    @Test
    void whoReadsAllOfALongLogIsGivenItsEnd() {
        Journal log = reopened();
        for (int n = 1; n <= 50; n++) {
            append(log, 1, n + "x".repeat(100 << 10));
        }
        List<Long> given = new ArrayList<>();
        LogReplay.all(log, SHARD, 10, (index, term, entry) -> given.add(index));
        assertThat(given)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(11, 50).boxed().toList());
    }

    @Test
    void tablesThatAreOlderThanTheLogAreTold() {
        Journal before = reopened();
        texts(0, 9).forEach(text -> append(before, 1, text));
        before.releaseBefore(SHARD, 6);
        Agreement agreement = new SingleCopy(before, SHARD);
        assertThatThrownBy(() -> agreement.start(new ListMember(), 3))
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        older -> assertThat(older.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION))
                .hasMessageContaining("Shard 1 needs its log from entry 4")
                .hasMessageContaining("tables are older than the log");
        new SingleCopy(before, SHARD).start(new ListMember(), 5);
    }

    @Test
    void aLogThatIsOlderThanTheTablesIsTold() {
        Journal before = reopened();
        texts(0, 9).forEach(text -> append(before, 1, text));
        Agreement agreement = new SingleCopy(before, SHARD);
        assertThatThrownBy(() -> agreement.start(new ListMember(), 10))
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        older -> assertThat(older.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION))
                .hasMessageContaining("Shard 1 has a checkpoint of entry 10, but its log ends at entry 9");
        new SingleCopy(before, SHARD).start(new ListMember(), 9);
    }

    // Release.

    @Test
    void whatIsCheckpointedIsReleasedUnlessAReaderHoldsIt() {
        Journal log = reopened();
        try (Agreement agreement = new SingleCopy(log, SHARD)) {
            ListMember member = primary(agreement, new ListMember());
            texts(0, 30).forEach(text -> propose(agreement, text));
            until(() -> member.delivered().size() == 30);
            Journal.Hold follower = log.hold(SHARD, 5);
            agreement.checkpointed(20);
            assertThat(log.firstIndex(SHARD)).isEqualTo(5);
            assertThat(read(log, SHARD, 5)).hasSize(26).startsWith("5/1 n4");
            follower.advance(12);
            assertThat(log.firstIndex(SHARD)).isEqualTo(12);
            follower.close();
            assertThat(log.firstIndex(SHARD))
                    .as("the first that the tables lack")
                    .isEqualTo(21);
            agreement.checkpointed(30);
            assertThat(log.firstIndex(SHARD)).isEqualTo(31);
        }
    }

    // Failures.

    @Test
    void whatAFailedFsyncCarriedHasAnUnknownOutcome() {
        Journal log = reopened();
        boolean delivered;
        try (Agreement agreement = new SingleCopy(log, SHARD)) {
            ListMember member = primary(agreement, new ListMember());
            propose(agreement, "durable");
            until(() -> member.texts().contains("durable"));
            failNextSync(log);
            long unknown = propose(agreement, "unknown");
            until(() -> member.refused().containsKey(unknown));
            long late = propose(agreement, "late");
            until(() -> member.refused().containsKey(late));
            assertThat(member.refused())
                    .containsEntry(unknown, ErrorCode.OUTCOME_UNKNOWN)
                    .containsEntry(late, ErrorCode.LOG_FAILED);
            assertThat(member.texts()).containsExactly("durable");
            assertThat(agreement.lastIndex()).isEqualTo(1);
            assertThat(agreement.readBarrier()).isCompletedWithValue(1L);
        }
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.texts())
                    .startsWith("durable")
                    .doesNotContain("late")
                    .hasSizeLessThanOrEqualTo(2);
            delivered = member.texts().contains("unknown");
            propose(agreement, "again");
            until(() -> member.texts().contains("again"));
        }
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.texts().contains("unknown"))
                    .as("decided once for ever")
                    .isEqualTo(delivered);
        }
    }
}
