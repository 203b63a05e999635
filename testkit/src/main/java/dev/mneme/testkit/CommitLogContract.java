package dev.mneme.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The promises of [CommitLog]. A log's test class says how to open one, with [#SHARDS] shards; opening again
/// finds what the closed one kept, within one test.
public abstract class CommitLogContract {
    public static final int SHARDS = 4;

    /// Opens the log of this test, or opens it again.
    protected abstract CommitLog open();

    /// The next fsync of what `log` writes fails.
    protected abstract void failNextSync(CommitLog log);

    @Test
    void anEmptyLogHoldsNothing() {
        try (CommitLog log = open()) {
            assertThat(log.lastIndex(0)).isZero();
            assertThat(replayed(log, 0, 0)).isEmpty();
            assertThat(log.state()).isEqualTo(CommitLog.State.OK);
            assertThat(log.pinning()).isEmpty();
        }
    }

    @Test
    void aCommittedBatchSurvivesReopening() {
        try (CommitLog log = open()) {
            assertThat(commit(log, 0, "green tea")).isEqualTo(1);
        }
        try (CommitLog log = open()) {
            assertThat(log.lastIndex(0)).isEqualTo(1);
            assertThat(replayed(log, 0, 0)).containsExactly("1 green tea");
        }
    }

    @Test
    void anEntryHasTheTermThatItsCallerHeard() {
        Map<Long, Long> heard = new ConcurrentHashMap<>();
        try (CommitLog log = open()) {
            for (int n = 0; n < 5; n++) {
                log.propose(1, bytes("n" + n), new CommitLog.Callback() {
                    @Override
                    public void committed(long index, long term) {
                        heard.put(index, term);
                    }

                    @Override
                    public void failed(MnemeException failure) {}
                });
            }
        }
        assertThat(heard)
                .hasSize(5)
                .allSatisfy((index, term) -> assertThat(term).isPositive());
        try (CommitLog log = open()) {
            Map<Long, Long> found = new ConcurrentHashMap<>();
            log.replay(1, 0, (index, term, batch) -> found.put(index, term));
            assertThat(found).isEqualTo(heard);
        }
    }

    @Test
    void whatAFailedFsyncCarriedHasAnUnknownOutcome() {
        try (CommitLog log = open()) {
            commit(log, 0, "durable");
            failNextSync(log);
            assertThat(Commit.propose(log, 0, bytes("unknown")).failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(log.state()).isEqualTo(CommitLog.State.LOG_FAILED);
            assertThat(log.lastIndex(0)).isEqualTo(1);
            assertThat(Commit.propose(log, 1, bytes("late")).failure()).isEqualTo(ErrorCode.LOG_FAILED);
        }
        try (CommitLog log = open()) {
            assertThat(log.state()).isEqualTo(CommitLog.State.OK);
            assertThat(replayed(log, 0, 0)).startsWith("1 durable");
            assertThat(log.lastIndex(1)).as("refused, so not there").isZero();
        }
    }

    @Test
    void eachShardCountsForItself() {
        try (CommitLog log = open()) {
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(commit(log, shard, "a")).isEqualTo(1);
                assertThat(commit(log, shard, "b")).isEqualTo(2);
            }
            assertThat(commit(log, 3, "c")).isEqualTo(3);
            assertThat(log.lastIndex(3)).isEqualTo(3);
            assertThat(log.lastIndex(2)).isEqualTo(2);
        }
    }

    @Test
    void indexesGoOnAfterReopening() {
        for (int life = 1; life <= 4; life++) {
            try (CommitLog log = open()) {
                assertThat(commit(log, 1, "life " + life)).isEqualTo(life);
            }
        }
        try (CommitLog log = open()) {
            assertThat(replayed(log, 1, 0)).containsExactly("1 life 1", "2 life 2", "3 life 3", "4 life 4");
            assertThat(replayed(log, 0, 0)).isEmpty();
        }
    }

    @Test
    void replayBeginsAfterTheGivenIndex() {
        try (CommitLog log = open()) {
            IntStream.rangeClosed(1, 5).forEach(n -> commit(log, 2, "n" + n));
        }
        try (CommitLog log = open()) {
            assertThat(replayed(log, 2, 3)).containsExactly("4 n4", "5 n5");
            assertThat(replayed(log, 2, 5)).isEmpty();
        }
    }

    @Test
    void replayBeyondTheEndIsAViolation() {
        try (CommitLog log = open()) {
            commit(log, 2, "only");
        }
        try (CommitLog log = open()) {
            assertThatThrownBy(() -> replayed(log, 2, 2))
                    .isInstanceOfSatisfying(
                            MnemeException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
        }
    }

    @Test
    void callbacksOfAShardComeInTheOrderOfTheCalls() {
        List<Long> heard = Collections.synchronizedList(new ArrayList<>());
        try (CommitLog log = open()) {
            for (int n = 0; n < 500; n++) {
                log.propose(0, new byte[n], listener(heard));
            }
        }
        assertThat(heard).isEqualTo(LongStream.rangeClosed(1, 500).boxed().toList());
        try (CommitLog log = open()) {
            List<Integer> lengths = new ArrayList<>();
            log.replay(0, 0, (index, term, batch) -> lengths.add(batch.length));
            assertThat(lengths).isEqualTo(IntStream.range(0, 500).boxed().toList());
        }
    }

    @Test
    void closingCommitsWhatWasProposed() {
        List<Commit> commits = new ArrayList<>();
        try (CommitLog log = open()) {
            for (int n = 0; n < 200; n++) {
                commits.add(Commit.propose(log, n % SHARDS, bytes("n" + n)));
            }
        }
        assertThat(commits).allMatch(Commit::isDone);
        try (CommitLog log = open()) {
            assertThat(log.lastIndex(0)).isEqualTo(50);
        }
    }

    @Test
    void whatIsProposedAfterClosingIsRefusedAndNotThere() {
        CommitLog closed = open();
        closed.close();
        assertThat(Commit.propose(closed, 0, bytes("late")).failure()).isEqualTo(ErrorCode.OVERLOADED);
        try (CommitLog log = open()) {
            assertThat(log.lastIndex(0)).isZero();
        }
    }

    @Test
    void aShardThatDoesNotExistIsRefused() {
        try (CommitLog log = open()) {
            assertThat(Commit.propose(log, SHARDS, bytes("x")).failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(Commit.propose(log, -1, bytes("x")).failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
        }
    }

    @Test
    void manyCallersGetDenseIndexesAndTheirOwnBytes() throws InterruptedException {
        List<Map<Long, String>> committed = IntStream.range(0, SHARDS)
                .<Map<Long, String>>mapToObj(shard -> new ConcurrentHashMap<>())
                .toList();
        try (CommitLog log = open()) {
            List<Thread> callers = IntStream.range(0, 8)
                    .mapToObj(caller -> Thread.ofVirtual().start(() -> propose50(log, caller, committed)))
                    .toList();
            for (Thread caller : callers) {
                caller.join();
            }
        }
        try (CommitLog log = open()) {
            for (int shard = 0; shard < SHARDS; shard++) {
                Map<Long, String> found = new ConcurrentHashMap<>();
                log.replay(shard, 0, (index, term, batch) -> found.put(index, new String(batch, UTF_8)));
                assertThat(found).isEqualTo(committed.get(shard)).hasSize(100);
                assertThat(found.keySet()).allMatch(index -> index >= 1 && index <= 100);
            }
        }
    }

    private static void propose50(CommitLog log, int caller, List<Map<Long, String>> committed) {
        for (int n = 0; n < 50; n++) {
            int shard = (caller + n) % SHARDS;
            String text = "caller " + caller + " says " + n;
            committed.get(shard).put(commit(log, shard, text), text);
        }
    }

    @Test
    void aCallbackThatThrowsHarmsNobody() {
        try (CommitLog log = open()) {
            log.propose(0, bytes("first"), new CommitLog.Callback() {
                @Override
                public void committed(long index, long term) {
                    throw new IllegalStateException("a broken callback");
                }

                @Override
                public void failed(MnemeException failure) {}
            });
            assertThat(commit(log, 0, "second")).isEqualTo(2);
        }
    }

    @Test
    void theLastIndexSurvivesACheckpointOfEverything() {
        try (CommitLog log = open()) {
            IntStream.rangeClosed(1, 3).forEach(n -> commit(log, 0, "n" + n));
            log.checkpointed(0, 3);
        }
        try (CommitLog log = open()) {
            assertThat(log.lastIndex(0)).isEqualTo(3);
            assertThat(replayed(log, 0, 3)).isEmpty();
            log.checkpointed(0, 3);
            assertThat(commit(log, 0, "n4")).isEqualTo(4);
        }
    }

    @Test
    void aCheckpointLosesNothingAfterIt() {
        try (CommitLog log = open()) {
            IntStream.rangeClosed(1, 30).forEach(n -> commit(log, n % 2, "n" + n));
            log.checkpointed(0, 10);
            log.checkpointed(1, 14);
        }
        try (CommitLog log = open()) {
            assertThat(replayed(log, 0, 10)).hasSize(5).first().isEqualTo("11 n22");
            assertThat(replayed(log, 1, 14)).containsExactly("15 n29");
        }
    }

    /// Commits and returns the index.
    protected static long commit(CommitLog log, int shard, String text) {
        return Commit.propose(log, shard, bytes(text)).index();
    }

    /// The shard's entries as `index text`.
    protected static List<String> replayed(CommitLog log, int shard, long after) {
        List<String> entries = new ArrayList<>();
        log.replay(shard, after, (index, term, batch) -> entries.add(index + " " + new String(batch, UTF_8)));
        return entries;
    }

    private static CommitLog.Callback listener(List<Long> heard) {
        return new CommitLog.Callback() {
            @Override
            public void committed(long index, long term) {
                heard.add(index);
            }

            @Override
            public void failed(MnemeException failure) {
                heard.add(-1L);
            }
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
