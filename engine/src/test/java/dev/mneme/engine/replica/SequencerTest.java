package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Agreement;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What a primary has under way, how it stamps it, and who hears of it.
final class SequencerTest {
    private static final int MOST_ENTRIES = 4;
    private static final int MOST_OF_ONE_BATCH = 256;
    private final MnemeException unknown = new MnemeException(ErrorCode.OUTCOME_UNKNOWN, "unknown");
    private final MnemeException refused = new MnemeException(ErrorCode.OVERLOADED, "refused");

    private final Proposals agreement = new Proposals();
    private final ManualClock clock = new ManualClock();
    private final AtomicLong ids = new AtomicLong(Agreement.NONE);
    private final Sequencer sequencer = after(Instant.EPOCH);

    private record Proposed(long id, ShardBatch batch) {}

    /// Keeps what is proposed, and says nothing of it.
    private static final class Proposals implements Agreement {
        private final List<Proposed> proposed = new ArrayList<>();

        @Override
        public void propose(long id, byte[] entry) {
            proposed.add(new Proposed(id, BatchCodec.decode(entry)));
        }

        @Override
        public int maxEntryBytes() {
            return 1 << 20;
        }

        @Override
        public void start(Member member, long after) {}

        @Override
        public CompletableFuture<Long> readBarrier() {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public long lastIndex() {
            return proposed.size();
        }

        @Override
        public void applied(long index) {}

        @Override
        public void checkpointed(long index) {}

        @Override
        public void close() {}
    }

    private Sequencer after(Instant floor) {
        return new Sequencer(agreement, clock, floor, ids::incrementAndGet, QueueLimit.of(10_000));
    }

    /// Of a write whose answer nobody looks at.
    private void put(String user) {
        assertThat(offer(user)).isNotDone();
    }

    private CompletableFuture<WriteResult> offer(String user) {
        return offer(user, "tea");
    }

    private CompletableFuture<WriteResult> offer(String user, String text) {
        CompletableFuture<WriteResult> answer = new CompletableFuture<>();
        assertThat(sequencer.offer(Fixtures.write(Owner.user(user), Fixtures.add(user, text)), answer))
                .isNull();
        return answer;
    }

    /// Each in an entry of its own.
    private List<CompletableFuture<WriteResult>> proposeEach(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> {
                    CompletableFuture<WriteResult> answer = offer("user" + n);
                    sequencer.proposeWaiting();
                    return answer;
                })
                .toList();
    }

    private static WriteResult result(long sequence) {
        return new WriteResult(List.of(), new Position("abcdefgh", 0, sequence), false);
    }

    private static List<WriteResult> results(int count) {
        return IntStream.range(0, count).mapToObj(SequencerTest::result).toList();
    }

    private static ErrorCode code(CompletableFuture<?> failed) {
        return ((MnemeException) failed.exceptionNow()).code();
    }

    @Test
    void soManyEntriesAreUnderWayAndWhatComesWaits() {
        List<CompletableFuture<WriteResult>> answers = proposeEach(MOST_ENTRIES + 3);
        assertThat(agreement.proposed).hasSize(MOST_ENTRIES);
        sequencer.applied(agreement.proposed.getFirst().id(), results(1));
        sequencer.proposeWaiting();
        assertThat(agreement.proposed).hasSize(MOST_ENTRIES + 1);
        assertThat(agreement.proposed.getLast().batch().writes())
                .as("all that gathered meanwhile")
                .hasSize(3);
        assertThat(answers.getFirst()).isCompleted();
        assertThat(answers.subList(1, answers.size())).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void noMoreIsProposedWhileVeryManyWritesAreUnderWay() {
        for (int n = 0; n < 3 * MOST_OF_ONE_BATCH; n++) {
            put("user" + n);
        }
        sequencer.proposeWaiting();
        assertThat(agreement.proposed)
                .extracting(each -> each.batch().writes().size())
                .containsExactly(MOST_OF_ONE_BATCH, MOST_OF_ONE_BATCH);
        sequencer.refused(agreement.proposed.getLast().id(), refused);
        sequencer.proposeWaiting();
        assertThat(agreement.proposed).hasSize(3);
    }

    @Test
    void whatWaitsAndWhatIsUnderWayIsCounted() {
        assertThat(sequencer.idle()).isTrue();
        CompletableFuture<WriteResult> first = offer("ann");
        put("bob");
        assertThat(sequencer.queue()).isEqualTo(2);
        assertThat(sequencer.idle()).as("while two wait").isFalse();
        assertThat(sequencer.nothingUnderWay()).isTrue();
        sequencer.proposeWaiting();
        put("cem");
        assertThat(sequencer.queue()).isEqualTo(3);
        assertThat(sequencer.nothingUnderWay()).isFalse();
        sequencer.applied(1, results(2));
        assertThat(first).isCompleted();
        assertThat(sequencer.queue()).isEqualTo(1);
        assertThat(sequencer.nothingUnderWay()).isTrue();
        assertThat(sequencer.idle()).as("while one waits").isFalse();
        sequencer.proposeWaiting();
        assertThat(sequencer.idle()).as("while one is under way").isFalse();
        sequencer.refused(2, refused);
        assertThat(sequencer.queue()).isZero();
        assertThat(sequencer.idle()).isTrue();
    }

    @Test
    void eachCallerHearsOfItsOwnWrite() {
        List<CompletableFuture<WriteResult>> answers =
                IntStream.range(0, 5).mapToObj(n -> offer("user" + n)).toList();
        sequencer.proposeWaiting();
        Proposed entry = agreement.proposed.getFirst();
        sequencer.applied(
                entry.id(),
                entry.batch().writes().stream()
                        .map(write -> result(Long.parseLong(write.owner().id().substring("user".length()))))
                        .toList());
        for (int n = 0; n < answers.size(); n++) {
            assertThat(answers.get(n)).isCompletedWithValue(result(n));
        }
    }

    @Test
    void ofARefusalItsCallersHearAndNobodyElse() {
        List<CompletableFuture<WriteResult>> answers = proposeEach(2);
        sequencer.refused(1, refused);
        assertThat(code(answers.getFirst())).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(answers.getLast()).isNotDone();
        sequencer.refused(77, refused);
        sequencer.applied(1, results(1));
        assertThat(answers.getLast()).as("of others nothing is known here").isNotDone();
    }

    @Test
    void aWriteThatIsTooLargeForAnyEntryHoldsUpNobody() {
        CompletableFuture<WriteResult> large = offer("ann", "x".repeat(2 << 20));
        CompletableFuture<WriteResult> small = offer("bob");
        sequencer.proposeWaiting();
        assertThat(code(large)).isEqualTo(ErrorCode.TOO_LARGE);
        sequencer.applied(1, results(1));
        assertThat(small).isCompleted();
        CompletableFuture<WriteResult> alone = offer("cem", "x".repeat(2 << 20));
        sequencer.proposeWaiting();
        assertThat(code(alone)).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(agreement.proposed).as("no entry without a write").hasSize(1);
        assertThat(sequencer.idle()).isTrue();
    }

    @Test
    void theTimeNeverGoesBack() {
        proposeEach(1);
        clock.advance(Duration.ofSeconds(-5));
        proposeEach(1);
        clock.advance(Duration.ofSeconds(10));
        proposeEach(1);
        assertThat(agreement.proposed)
                .extracting(each -> each.batch().at())
                .containsExactly(ManualClock.START, ManualClock.START, ManualClock.START.plusSeconds(5));
        assertThat(sequencer.latest()).isEqualTo(ManualClock.START.plusSeconds(5));
    }

    @Test
    void theTimeGoesOnFromWhatWasAgreedBeforeTheTerm() {
        Instant floor = ManualClock.START.plusSeconds(60);
        Sequencer next = after(floor);
        assertThat(next.latest()).isEqualTo(floor);
        next.offer(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "tea")), new CompletableFuture<>());
        next.proposeWaiting();
        assertThat(agreement.proposed.getFirst().batch().at()).isEqualTo(floor);
    }

    /// The log keeps no less.
    @Test
    void theTimeIsInWholeMilliseconds() {
        clock.advance(Duration.ofNanos(1_999_999));
        proposeEach(1);
        Instant at = ManualClock.START.plusMillis(1);
        assertThat(sequencer.latest()).isEqualTo(at);
        assertThat(sequencer.proposed(1)).isNotNull().extracting(ShardBatch::at).isEqualTo(at);
        assertThat(agreement.proposed.getFirst().batch().at()).isEqualTo(at);
    }

    @Test
    void atTheEndWhatIsUnderWayIsUnknownAndWhatWaitsIsRefused() {
        List<CompletableFuture<WriteResult>> underWay = proposeEach(MOST_ENTRIES);
        CompletableFuture<WriteResult> waits = offer("late");
        sequencer.end(unknown, refused);
        assertThat(underWay).extracting(SequencerTest::code).containsOnly(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(code(waits)).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(sequencer.offer(
                        Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "tea")), new CompletableFuture<>()))
                .isSameAs(refused);
        assertThat(sequencer.idle()).isTrue();
        assertThat(sequencer.proposed(1)).isNull();
    }
}
