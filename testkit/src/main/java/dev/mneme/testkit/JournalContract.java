package dev.mneme.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.Journal.Vote;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The promises of [Journal]. A journal's test class says how to open one; opening again finds what the closed one
/// kept, within one test.
public abstract class JournalContract {
    /// The shards that are there when a journal is made.
    public static final Set<ShardId> FOUNDING = Set.of(new ShardId(0), new ShardId(1), ShardId.SYSTEM);

    private static final ShardId A = new ShardId(0);
    private static final ShardId B = new ShardId(1);
    private static final ShardId NEW = new ShardId(70_000);
    private static final long ALL = Long.MAX_VALUE;

    /// Opens the journal of this test, or opens it again.
    protected abstract Journal open();

    /// The next fsync of what `journal` writes fails.
    protected abstract void failNextSync(Journal journal);

    // Entries.

    @Test
    void aShardBeginsEmpty() {
        try (Journal journal = open()) {
            assertThat(journal.shards()).containsExactly(A, B, ShardId.SYSTEM);
            assertThat(journal.firstIndex(A)).isEqualTo(1);
            assertThat(journal.lastIndex(A)).isZero();
            assertThat(journal.lastTerm(A)).isZero();
            assertThat(journal.vote(A)).isEqualTo(Vote.NONE);
            assertThat(journal.members(A)).isEmpty();
            assertThat(journal.state()).isEqualTo(Journal.State.OK);
            assertThat(journal.pinning()).isEmpty();
            assertThat(read(journal, A, 1)).isEmpty();
        }
    }

    @Test
    void entriesAndTheirTermsSurviveReopening() {
        try (Journal journal = open()) {
            assertThat(append(journal, A, 1, "green")).isEqualTo(1);
            assertThat(append(journal, A, 1, "tea")).isEqualTo(2);
            assertThat(append(journal, A, 4, "leaves")).isEqualTo(3);
            assertThat(append(journal, ShardId.SYSTEM, 2, "a key")).isEqualTo(1);
            assertThat(journal.lastTerm(A)).isEqualTo(4);
        }
        try (Journal journal = open()) {
            assertThat(journal.lastIndex(A)).isEqualTo(3);
            assertThat(journal.lastTerm(A)).isEqualTo(4);
            assertThat(read(journal, A, 1)).containsExactly("1/1 green", "2/1 tea", "3/4 leaves");
            assertThat(read(journal, ShardId.SYSTEM, 1)).containsExactly("1/2 a key");
            assertThat(read(journal, B, 1)).isEmpty();
            assertThat(append(journal, A, 4, "again")).isEqualTo(4);
        }
    }

    @Test
    void aTermNeverDecreases() {
        try (Journal journal = open()) {
            append(journal, A, 3, "third");
            Durable earlier = Durable.append(journal, A, 2, bytes("second"));
            assertThat(earlier.failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(append(journal, A, 3, "third again")).isEqualTo(2);
            assertThat(append(journal, B, 1, "of another shard")).isEqualTo(1);
        }
    }

    @Test
    void indexesMayBeLeftOut() {
        try (Journal journal = open()) {
            assertThat(appendAt(journal, A, 5, 1, "five").index()).isEqualTo(5);
            assertThat(appendAt(journal, A, 9, 2, "nine").index()).isEqualTo(9);
            assertThat(append(journal, A, 2, "ten")).isEqualTo(10);
            assertThat(appendAt(journal, A, 10, 2, "ten again").failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(appendAt(journal, A, 7, 2, "seven").failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
        }
        try (Journal journal = open()) {
            assertThat(read(journal, A, 1)).containsExactly("5/1 five", "9/2 nine", "10/2 ten");
            assertThat(read(journal, A, 6)).containsExactly("9/2 nine", "10/2 ten");
            assertThat(journal.read(A, 6, ALL, (index, term, entry) -> {})).isEqualTo(11);
            assertThat(journal.firstIndex(A)).isEqualTo(1);
            journal.releaseBefore(A, 7);
            assertThat(journal.firstIndex(A)).isEqualTo(7);
            assertThat(read(journal, A, 7)).containsExactly("9/2 nine", "10/2 ten");
            assertThat(Durable.of(heard -> journal.truncateFrom(A, 8, heard)).index())
                    .isEqualTo(5);
            assertThat(journal.lastTerm(A)).isEqualTo(1);
        }
    }

    @Test
    void eachShardCountsForItself() {
        try (Journal journal = open()) {
            for (ShardId shard : FOUNDING) {
                assertThat(append(journal, shard, 1, "a")).isEqualTo(1);
                assertThat(append(journal, shard, 1, "b")).isEqualTo(2);
            }
            assertThat(append(journal, B, 1, "c")).isEqualTo(3);
            assertThat(journal.lastIndex(B)).isEqualTo(3);
            assertThat(journal.lastIndex(A)).isEqualTo(2);
        }
    }

    @Test
    void theRequestsOfAShardAreAnsweredInTheirOrder() {
        List<Long> heard = Collections.synchronizedList(new ArrayList<>());
        try (Journal journal = open()) {
            for (int n = 1; n <= 300; n++) {
                journal.append(A, Journal.NEXT, 1, new byte[n], listener(heard));
                if (n % 50 == 0) {
                    journal.vote(A, n, "node " + n, listener(heard));
                }
            }
        }
        List<Long> expected = LongStream.rangeClosed(1, 300)
                .flatMap(n -> n % 50 == 0 ? LongStream.of(n, n) : LongStream.of(n))
                .boxed()
                .toList();
        assertThat(heard).isEqualTo(expected);
    }

    @Test
    void closingMakesDurableWhatWasAskedFor() {
        List<Durable> asked = new ArrayList<>();
        try (Journal journal = open()) {
            for (int n = 0; n < 200; n++) {
                asked.add(Durable.append(journal, n % 2 == 0 ? A : B, 1, bytes("n" + n)));
            }
            asked.add(Durable.of(heard -> journal.open(NEW, heard)));
        }
        assertThat(asked).allMatch(Durable::isDone);
        try (Journal journal = open()) {
            assertThat(journal.lastIndex(A)).isEqualTo(100);
            assertThat(journal.shards()).contains(NEW);
        }
    }

    @Test
    void whatIsAskedForAfterClosingIsRefusedAndNotThere() {
        Journal closed = open();
        closed.close();
        assertThat(Durable.append(closed, A, 1, bytes("late")).failure()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(Durable.of(heard -> closed.open(NEW, heard)).failure()).isEqualTo(ErrorCode.OVERLOADED);
        try (Journal journal = open()) {
            assertThat(journal.lastIndex(A)).isZero();
            assertThat(journal.shards()).doesNotContain(NEW);
        }
    }

    @Test
    void anEntryThatIsTooLargeIsRefused() {
        try (Journal journal = open()) {
            int largest = journal.maxEntryBytes();
            assertThat(Durable.append(journal, A, 1, new byte[largest + 1]).failure())
                    .isEqualTo(ErrorCode.TOO_LARGE);
            assertThat(Durable.append(journal, A, 1, new byte[largest]).index()).isEqualTo(1);
            assertThat(Durable.append(journal, A, 1, new byte[0]).index()).isEqualTo(2);
        }
    }

    @Test
    void aCallbackThatThrowsHarmsNobody() {
        try (Journal journal = open()) {
            journal.append(A, Journal.NEXT, 1, bytes("first"), new Journal.Callback() {
                @Override
                public void durable(long index) {
                    throw new IllegalStateException("a broken callback");
                }

                @Override
                public void failed(MnemeException failure) {}
            });
            assertThat(append(journal, A, 1, "second")).isEqualTo(2);
        }
    }

    // Reading.

    @Test
    void readingIsBoundedByBytesAndGoesOn() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 9).forEach(n -> append(journal, A, 1, "entry " + n)); // 7 bytes each
            List<Long> found = new ArrayList<>();
            Journal.Visitor visitor = (index, term, entry) -> found.add(index);
            assertThat(journal.read(A, 1, 20, visitor)).isEqualTo(3);
            assertThat(journal.read(A, 3, 21, visitor)).isEqualTo(6);
            assertThat(journal.read(A, 6, 0, visitor)).as("at least one").isEqualTo(7);
            assertThat(journal.read(A, 7, ALL, visitor)).isEqualTo(10);
            assertThat(journal.read(A, 10, ALL, visitor)).isEqualTo(10);
            assertThat(journal.read(A, 12, ALL, visitor)).isEqualTo(12);
            assertThat(found).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        }
    }

    @Test
    void entriesAreReadWhileOthersAppend() throws InterruptedException {
        AtomicBoolean appended = new AtomicBoolean();
        try (Journal journal = open()) {
            Thread writer = Thread.ofVirtual().start(() -> {
                for (int n = 1; n <= 1_000; n++) {
                    Durable.append(journal, B, 1, bytes("beside"));
                    append(journal, A, 1 + n / 100, "n" + n);
                }
                appended.set(true);
            });
            long next = 1;
            while (!appended.get() || next <= journal.lastIndex(A)) {
                long[] expected = {next};
                next = journal.read(A, next, 200, (index, term, entry) -> {
                    assertThat(index).isEqualTo(expected[0]++);
                    assertThat(term).isEqualTo(1 + index / 100);
                    assertThat(entry).isEqualTo(bytes("n" + index));
                });
                assertThat(journal.lastIndex(A)).as("durable before it is read").isGreaterThanOrEqualTo(next - 1);
            }
            writer.join();
            assertThat(next).isEqualTo(1_001);
        }
    }

    @Test
    void aVisitorMayUseTheJournal() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 5).forEach(n -> append(journal, A, 1, "n" + n));
            List<String> found = new ArrayList<>();
            journal.read(A, 1, ALL, (index, term, entry) -> {
                found.add(new String(entry, UTF_8));
                journal.releaseBefore(A, index + 1);
                append(journal, A, 1, "more");
            });
            assertThat(found).as("as it stood at the call").containsExactly("n1", "n2", "n3", "n4", "n5");
            assertThat(journal.lastIndex(A)).isEqualTo(10);
        }
    }

    // Release.

    @Test
    void whatIsReleasedCannotBeReadAndTheRestCan() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 6).forEach(n -> append(journal, A, n, "n" + n));
            append(journal, B, 1, "b");
            journal.releaseBefore(A, 4);
            assertThat(journal.firstIndex(A)).isEqualTo(4);
            assertThat(read(journal, A, 4)).containsExactly("4/4 n4", "5/5 n5", "6/6 n6");
            assertExpired(journal, A, 3);
            journal.releaseBefore(A, 2);
            assertThat(journal.firstIndex(A)).as("never less").isEqualTo(4);
            assertThat(read(journal, B, 1)).containsExactly("1/1 b");
            journal.releaseBefore(A, 100);
            assertThat(journal.firstIndex(A)).isEqualTo(7);
            assertThat(journal.lastIndex(A)).isEqualTo(6);
            assertThat(journal.lastTerm(A)).isEqualTo(6);
        }
        try (Journal journal = open()) {
            assertThat(journal.lastIndex(A)).isEqualTo(6);
            assertThat(journal.lastTerm(A)).isEqualTo(6);
            journal.releaseBefore(A, 7);
            assertThat(append(journal, A, 6, "n7")).isEqualTo(7);
            assertThat(read(journal, A, 7)).containsExactly("7/6 n7");
        }
    }

    /// More than any number of segments holds: what is said of a shard outlives the segments that said it.
    @Test
    void whatIsSaidOfAShardOutlivesItsEntries() {
        try (Journal journal = open()) {
            Durable.of(heard -> journal.open(NEW, heard)).index();
            vote(journal, A, 7, "node-3").index();
            Durable.of(heard -> journal.members(A, bytes("1, 2, 3"), heard)).index();
            append(journal, B, 5, "the only one");
            append(journal, NEW, 1, "void");
            Durable.of(heard -> journal.reset(NEW, 40, 9, heard)).index();
            for (int n = 1; n <= 400; n++) {
                Durable.append(journal, A, 2, new byte[1_000]).index();
                journal.releaseBefore(A, n);
            }
            journal.releaseBefore(B, 2);
        }
        try (Journal journal = open()) {
            assertThat(journal.vote(A)).isEqualTo(new Vote(7, "node-3"));
            assertThat(journal.members(A)).isEqualTo(bytes("1, 2, 3"));
            assertThat(journal.lastIndex(A)).isEqualTo(400);
            assertThat(journal.lastTerm(A)).isEqualTo(2);
            assertThat(journal.lastIndex(B)).isEqualTo(1);
            assertThat(journal.lastTerm(B)).isEqualTo(5);
            assertThat(journal.lastIndex(NEW)).isEqualTo(40);
            assertThat(journal.lastTerm(NEW)).isEqualTo(9);
            assertThat(read(journal, A, 400)).hasSize(1);
        }
    }

    // Holds.

    @Test
    void whatIsHeldStaysUntilTheReaderHasGoneOn() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 9).forEach(n -> append(journal, A, 1, "n" + n));
            append(journal, B, 1, "b");
            Journal.Hold hold = journal.hold(A, 3);
            journal.releaseBefore(A, 7);
            journal.releaseBefore(B, 2);
            assertThat(journal.firstIndex(A)).isEqualTo(3);
            assertThat(journal.firstIndex(B)).as("nobody holds the other shard").isEqualTo(2);
            assertExpired(journal, A, 2);
            assertThat(read(journal, A, 3)).hasSize(7).first().isEqualTo("3/1 n3");
            hold.advance(5);
            assertThat(journal.firstIndex(A)).isEqualTo(5);
            hold.advance(4);
            assertThat(journal.firstIndex(A)).as("it never goes back").isEqualTo(5);
            journal.releaseBefore(A, 6);
            assertThat(journal.firstIndex(A)).isEqualTo(5);
            hold.advance(9);
            assertThat(journal.firstIndex(A)).as("no more than was released").isEqualTo(7);
            journal.releaseBefore(A, 10);
            assertThat(journal.firstIndex(A)).isEqualTo(9);
            assertThat(hold.isLost()).isFalse();
            hold.close();
            assertThat(journal.firstIndex(A)).isEqualTo(10);
            hold.close();
            hold.advance(20);
            assertThat(append(journal, A, 1, "n10")).isEqualTo(10);
            assertThat(read(journal, A, 10)).containsExactly("10/1 n10");
        }
    }

    @Test
    void theHindmostOfSeveralHoldsCounts() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 9).forEach(n -> append(journal, A, 1, "n" + n));
            Journal.Hold second = journal.hold(A, 4);
            Journal.Hold first = journal.hold(A, 2);
            Journal.Hold ahead = journal.hold(A, 30);
            journal.releaseBefore(A, 10);
            assertThat(journal.firstIndex(A)).isEqualTo(2);
            first.close();
            assertThat(journal.firstIndex(A)).isEqualTo(4);
            second.advance(9);
            assertThat(journal.firstIndex(A)).isEqualTo(9);
            second.close();
            assertThat(journal.firstIndex(A)).isEqualTo(10);
            assertThat(ahead.isLost()).isFalse();
            ahead.close();
        }
    }

    @Test
    void whatIsReleasedAlreadyCannotBeHeld() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 4).forEach(n -> append(journal, A, 1, "n" + n));
            journal.releaseBefore(A, 3);
            assertThatThrownBy(() -> journal.hold(A, 2))
                    .isInstanceOfSatisfying(
                            MnemeException.class,
                            gone -> assertThat(gone.code()).isEqualTo(ErrorCode.POSITION_EXPIRED));
            assertThatThrownBy(() -> journal.hold(NEW, 1))
                    .isInstanceOfSatisfying(
                            MnemeException.class,
                            unknown -> assertThat(unknown.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
            journal.hold(A, 3).close();
        }
    }

    /// A reader that stands still must not fill the disk.
    @Test
    void aHoldThatAloneKeepsTooMuchIsLostAndWritesGoOn() {
        try (Journal journal = open()) {
            append(journal, A, 1, "first");
            append(journal, B, 1, "b");
            Journal.Hold still = journal.hold(A, 1);
            Journal.Hold keepsUp = journal.hold(A, 1);
            Journal.Hold ofAnother = journal.hold(B, 2);
            long last = 1;
            while (!still.isLost()) {
                assertThat(last)
                        .as("entries of 1,000 bytes that one reader keeps")
                        .isLessThan(2_000);
                last = Durable.append(journal, A, 1, new byte[1_000]).index();
                keepsUp.advance(last);
                journal.releaseBefore(A, last);
                journal.releaseBefore(B, 2);
            }
            assertThat(last).as("it may lag a little").isGreaterThan(20);
            assertThat(journal.firstIndex(A)).isEqualTo(last);
            assertThat(journal.pinning()).isEmpty();
            assertThat(keepsUp.isLost()).isFalse();
            assertThat(ofAnother.isLost()).isFalse();
            assertExpired(journal, A, 1);
            still.advance(last);
            still.close();
            assertThat(append(journal, A, 1, "next")).isEqualTo(last + 1);
        }
    }

    @Test
    void whatIsResetOrDroppedIsHeldNoLonger() {
        try (Journal journal = open()) {
            Durable.of(heard -> journal.open(NEW, heard)).index();
            for (ShardId shard : List.of(A, B, NEW)) {
                IntStream.rangeClosed(1, 6).forEach(n -> append(journal, shard, 1, "n" + n));
            }
            Journal.Hold reset = journal.hold(A, 5);
            Journal.Hold stays = journal.hold(B, 2);
            Journal.Hold dropped = journal.hold(NEW, 5);
            List.of(A, B, NEW).forEach(shard -> journal.releaseBefore(shard, 7));
            Durable.of(heard -> journal.reset(A, 3, 1, heard)).index();
            Durable.of(heard -> journal.drop(NEW, heard)).index();
            assertThat(reset.isLost()).isTrue();
            assertThat(dropped.isLost()).isTrue();
            assertThat(stays.isLost()).isFalse();
            Durable.of(heard -> journal.open(NEW, heard)).index();
            append(journal, NEW, 1, "anew");
            IntStream.rangeClosed(4, 6).forEach(n -> append(journal, A, 1, "again " + n));
            reset.close();
            dropped.close();
            stays.advance(3);
            assertThat(read(journal, NEW, 1)).as("released in another life").containsExactly("1/1 anew");
            assertThat(read(journal, A, 4)).as("released before the reset").hasSize(3);
            assertThat(journal.firstIndex(B)).isEqualTo(3);
        }
    }

    /// What was asked for ends where the shard ended then: later entries are released by nobody.
    @Test
    void aHoldThatMovesOnReleasesNothingThatCameLater() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 6).forEach(n -> append(journal, A, 1, "n" + n));
            Journal.Hold hold = journal.hold(A, 2);
            journal.releaseBefore(A, 100);
            append(journal, A, 1, "n7");
            hold.advance(50);
            assertThat(read(journal, A, 7)).containsExactly("7/1 n7");
            assertThat(journal.firstIndex(A)).isEqualTo(7);
        }
        try (Journal journal = open()) {
            journal.releaseBefore(A, 7);
            IntStream.rangeClosed(8, 12).forEach(n -> append(journal, A, 1, "n" + n));
            Journal.Hold hold = journal.hold(A, 8);
            journal.releaseBefore(A, 13);
            Durable.of(heard -> journal.truncateFrom(A, 10, heard)).index();
            append(journal, A, 2, "another 10");
            append(journal, A, 2, "another 11");
            hold.close();
            assertThat(journal.firstIndex(A)).isEqualTo(10);
            assertThat(read(journal, A, 10)).containsExactly("10/2 another 10", "11/2 another 11");
        }
    }

    @Test
    void aHoldDoesNotOutliveItsJournal() {
        Journal.Hold hold;
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 6).forEach(n -> append(journal, A, 1, "n" + n));
            hold = journal.hold(A, 2);
            journal.releaseBefore(A, 5);
        }
        hold.close();
        try (Journal journal = open()) {
            journal.releaseBefore(A, 5);
            assertThat(journal.firstIndex(A)).isEqualTo(5);
        }
    }

    /// What can be read begins at the smaller of what was released and the hindmost hold, whatever happens.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyHistoryOfHoldsIsKeptTo(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Journal.Hold, Long> holds = new LinkedHashMap<>();
        long last = 0;
        long asked = 1;
        long first = 1;
        try (Journal journal = open()) {
            for (int step = 0; step < 300; step++) {
                Journal.Hold one = holds.keySet().stream()
                        .skip(random.nextInt(Math.max(1, holds.size())))
                        .findFirst()
                        .orElse(null);
                int dice = random.nextInt(12);
                if (dice < 4) {
                    last = append(journal, A, 1, "entry " + (last + 1));
                } else if (dice < 6) {
                    long index = 1 + random.nextLong(last + 2);
                    journal.releaseBefore(A, index);
                    asked = Math.max(asked, Math.min(index, last + 1));
                } else if (dice < 8) {
                    long from = first + random.nextLong(last + 2 - first);
                    holds.put(journal.hold(A, from), from);
                } else if (dice < 10 && one != null) {
                    long index = 1 + random.nextLong(last + 2);
                    one.advance(index);
                    holds.merge(one, index, Math::max);
                } else if (dice == 10 && one != null) {
                    one.close();
                    holds.remove(one);
                } else if (dice == 11) {
                    long index = first + random.nextLong(last + 2 - first);
                    Durable.of(heard -> journal.truncateFrom(A, index, heard)).index();
                    last = index - 1;
                    asked = Math.min(asked, last + 1);
                }
                long held =
                        holds.values().stream().mapToLong(each -> each).min().orElse(Long.MAX_VALUE);
                first = Math.max(first, Math.min(asked, held));
                assertThat(journal.firstIndex(A)).as("after step %d", step).isEqualTo(first);
                assertThat(read(journal, A, first)).hasSize((int) (last + 1 - first));
            }
        }
    }

    // Votes and members.

    @Test
    void aVoteIsDurableAndNeverGoesBack() {
        try (Journal journal = open()) {
            vote(journal, A, 3, "").index();
            vote(journal, A, 3, "ännchen").index();
            vote(journal, A, 3, "ännchen").index();
            assertThat(vote(journal, A, 3, "berta").failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(vote(journal, A, 3, "").failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(vote(journal, A, 2, "ännchen").failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(vote(journal, A, 4, "x".repeat(256)).failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(journal.vote(A)).isEqualTo(new Vote(3, "ännchen"));
            assertThat(journal.vote(B)).isEqualTo(Vote.NONE);
        }
        try (Journal journal = open()) {
            assertThat(journal.vote(A)).isEqualTo(new Vote(3, "ännchen"));
            assertThat(vote(journal, A, 3, "berta").failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            vote(journal, A, 4, "berta").index();
            assertThat(journal.vote(A)).isEqualTo(new Vote(4, "berta"));
        }
    }

    @Test
    void twoVotesAskedForAtOnceAreNotBothGiven() {
        try (Journal journal = open()) {
            Durable first = vote(journal, A, 1, "anna");
            Durable second = vote(journal, A, 1, "berta");
            assertThat(second.failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
            first.index();
            assertThat(journal.vote(A)).isEqualTo(new Vote(1, "anna"));
        }
    }

    @Test
    void theLastMembersAreDurable() {
        try (Journal journal = open()) {
            Durable.of(heard -> journal.members(A, bytes("one"), heard)).index();
            append(journal, A, 1, "entry");
            assertThat(Durable.of(heard -> journal.members(A, bytes("one and two"), heard))
                            .index())
                    .isEqualTo(1);
            assertThat(journal.members(A)).isEqualTo(bytes("one and two"));
            assertThat(journal.members(B)).isEmpty();
        }
        try (Journal journal = open()) {
            assertThat(journal.members(A)).isEqualTo(bytes("one and two"));
        }
    }

    // Truncation and reset.

    @Test
    void whatIsTruncatedIsGoneAndTheTermIsThatOfWhatStays() {
        try (Journal journal = open()) {
            append(journal, A, 1, "stays");
            append(journal, A, 2, "stays too");
            append(journal, A, 3, "goes");
            append(journal, A, 3, "goes too");
            vote(journal, A, 3, "anna").index();
            assertThat(Durable.of(heard -> journal.truncateFrom(A, 3, heard)).index())
                    .isEqualTo(2);
            assertThat(journal.lastIndex(A)).isEqualTo(2);
            assertThat(journal.lastTerm(A)).isEqualTo(2);
            assertThat(read(journal, A, 1)).containsExactly("1/1 stays", "2/2 stays too");
        }
        try (Journal journal = open()) {
            assertThat(read(journal, A, 1)).containsExactly("1/1 stays", "2/2 stays too");
            assertThat(journal.lastTerm(A)).isEqualTo(2);
            assertThat(append(journal, A, 4, "new")).isEqualTo(3);
            assertThat(journal.vote(A)).isEqualTo(new Vote(3, "anna"));
        }
        try (Journal journal = open()) {
            assertThat(read(journal, A, 1)).containsExactly("1/1 stays", "2/2 stays too", "3/4 new");
        }
    }

    @Test
    void aTruncationOutsideOfWhatIsHeldIsRefused() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 4).forEach(n -> append(journal, A, n, "n" + n));
            journal.releaseBefore(A, 3);
            assertThat(Durable.of(heard -> journal.truncateFrom(A, 2, heard)).failure())
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(Durable.of(heard -> journal.truncateFrom(A, 6, heard)).failure())
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(Durable.of(heard -> journal.truncateFrom(A, 5, heard)).index())
                    .as("nothing is there to go")
                    .isEqualTo(4);
            assertThat(Durable.of(heard -> journal.truncateFrom(A, 3, heard)).index())
                    .isEqualTo(2);
            assertThat(journal.lastTerm(A)).as("of what was released").isEqualTo(2);
            assertThat(append(journal, A, 2, "again")).isEqualTo(3);
        }
    }

    @Test
    void appendsAskedForBehindATruncationFollowIt() {
        try (Journal journal = open()) {
            List<Durable> asked = new ArrayList<>();
            for (int term = 1; term <= 20; term++) {
                for (int n = 0; n < 3; n++) {
                    asked.add(Durable.append(journal, A, term, bytes("term " + term)));
                }
                asked.add(Durable.of(heard -> journal.truncateFrom(A, 2, heard)));
                asked.add(Durable.append(journal, B, 1, bytes("beside")));
            }
            asked.forEach(Durable::index);
            assertThat(read(journal, A, 1)).containsExactly("1/1 term 1");
            assertThat(journal.lastIndex(B)).isEqualTo(20);
        }
        try (Journal journal = open()) {
            assertThat(read(journal, A, 1)).containsExactly("1/1 term 1");
        }
    }

    @Test
    void aResetVoidsEverythingAndBeginsElsewhere() {
        try (Journal journal = open()) {
            IntStream.rangeClosed(1, 4).forEach(n -> append(journal, A, n, "n" + n));
            vote(journal, A, 4, "anna").index();
            Durable.of(heard -> journal.members(A, bytes("two"), heard)).index();
            assertThat(Durable.of(heard -> journal.reset(A, 90, 3, heard)).index())
                    .isEqualTo(90);
            assertReset(journal, 90, 3);
            assertThat(append(journal, A, 3, "after")).isEqualTo(91);
            Durable.of(heard -> journal.reset(A, 2, 1, heard)).index();
            assertReset(journal, 2, 1);
        }
        try (Journal journal = open()) {
            assertReset(journal, 2, 1);
            assertThat(append(journal, A, 1, "third")).isEqualTo(3);
            assertThat(read(journal, A, 3)).containsExactly("3/1 third");
            assertThat(Durable.of(heard -> journal.reset(A, -1, 1, heard)).failure())
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
        }
    }

    private static void assertReset(Journal journal, long index, long term) {
        assertThat(journal.lastIndex(A)).isEqualTo(index);
        assertThat(journal.lastTerm(A)).isEqualTo(term);
        assertThat(journal.firstIndex(A)).isEqualTo(index + 1);
        assertThat(read(journal, A, index + 1)).isEmpty();
        assertExpired(journal, A, index);
        assertThat(journal.vote(A)).isEqualTo(new Vote(4, "anna"));
        assertThat(journal.members(A)).isEqualTo(bytes("two"));
    }

    // Shards.

    @Test
    void aShardIsOpenedAndDroppedDurably() {
        try (Journal journal = open()) {
            Durable opened = Durable.of(heard -> journal.open(NEW, heard));
            Durable first = Durable.append(journal, NEW, 1, bytes("before it was answered"));
            assertThat(opened.index()).isZero();
            assertThat(first.index()).isEqualTo(1);
            vote(journal, NEW, 5, "anna").index();
            assertThat(Durable.of(heard -> journal.open(NEW, heard)).index())
                    .as("it stays as it is")
                    .isEqualTo(1);
        }
        try (Journal journal = open()) {
            assertThat(journal.shards()).containsExactly(A, B, NEW, ShardId.SYSTEM);
            assertThat(read(journal, NEW, 1)).containsExactly("1/1 before it was answered");
            Durable.of(heard -> journal.drop(NEW, heard)).index();
            Durable.of(heard -> journal.drop(NEW, heard)).index();
            assertAbsent(journal);
        }
        try (Journal journal = open()) {
            assertAbsent(journal);
            Durable.of(heard -> journal.open(NEW, heard)).index();
            assertThat(journal.lastIndex(NEW)).isZero();
            assertThat(journal.vote(NEW)).isEqualTo(Vote.NONE);
            assertThat(append(journal, NEW, 1, "anew")).isEqualTo(1);
            assertThat(read(journal, NEW, 1)).containsExactly("1/1 anew");
        }
    }

    private static void assertAbsent(Journal journal) {
        assertThat(journal.shards()).containsExactly(A, B, ShardId.SYSTEM);
        assertThat(Durable.append(journal, NEW, 1, bytes("x")).failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(vote(journal, NEW, 1, "x").failure()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThatThrownBy(() -> journal.lastIndex(NEW))
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        unknown -> assertThat(unknown.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        assertThatThrownBy(() -> read(journal, NEW, 1)).isInstanceOf(MnemeException.class);
    }

    @Test
    void shardsComeAndGoWhileOthersRun() throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        List<Long> appended = Collections.synchronizedList(new ArrayList<>());
        try (Journal journal = open()) {
            Thread other = Thread.ofVirtual().start(() -> {
                while (!ended.get()) {
                    appended.add(append(journal, A, 1, "n" + (appended.size() + 1)));
                }
            });
            for (int n = 0; n < 60; n++) {
                ShardId shard = new ShardId(10 + n % 7);
                Durable.of(heard -> journal.open(shard, heard));
                assertThat(append(journal, shard, 1, "first")).isEqualTo(1);
                if (n % 3 > 0) {
                    Durable.of(heard -> journal.drop(shard, heard)).index();
                } else {
                    Durable.of(heard -> journal.reset(shard, 0, 0, heard)).index();
                }
            }
            ended.set(true);
            other.join();
        }
        assertThat(appended)
                .isEqualTo(LongStream.rangeClosed(1, appended.size()).boxed().toList());
        try (Journal journal = open()) {
            List<String> expected = LongStream.rangeClosed(1, appended.size())
                    .mapToObj(n -> n + "/1 n" + n)
                    .toList();
            assertThat(read(journal, A, 1)).isEqualTo(expected);
            Set<ShardId> left = new TreeSet<>(FOUNDING);
            for (int n = 0; n < 60; n++) {
                if (n % 3 > 0) {
                    left.remove(new ShardId(10 + n % 7));
                } else {
                    left.add(new ShardId(10 + n % 7));
                }
            }
            assertThat(journal.shards()).containsExactlyElementsOf(left);
        }
    }

    // Failures.

    @Test
    void whatAFailedFsyncCarriedHasAnUnknownOutcome() {
        try (Journal journal = open()) {
            append(journal, A, 1, "durable");
            vote(journal, B, 1, "anna").index();
            failNextSync(journal);
            Durable vote = vote(journal, B, 2, "berta");
            assertThat(vote.failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(journal.vote(B)).as("not durable, so not said").isEqualTo(new Vote(1, "anna"));
            assertThat(journal.state()).isEqualTo(Journal.State.LOG_FAILED);
            assertThat(Durable.append(journal, A, 1, bytes("late")).failure()).isEqualTo(ErrorCode.LOG_FAILED);
            assertThat(Durable.of(heard -> journal.open(NEW, heard)).failure()).isEqualTo(ErrorCode.LOG_FAILED);
            assertThat(read(journal, A, 1)).as("reads go on").containsExactly("1/1 durable");
        }
        try (Journal journal = open()) {
            assertThat(journal.state()).isEqualTo(Journal.State.OK);
            assertThat(read(journal, A, 1)).containsExactly("1/1 durable");
            assertThat(journal.vote(B)).isIn(new Vote(1, "anna"), new Vote(2, "berta"));
            assertThat(journal.shards()).doesNotContain(NEW);
            assertThat(append(journal, A, 1, "again")).isEqualTo(2);
        }
    }

    /// Appends at the next index, and waits.
    protected static long append(Journal journal, ShardId shard, long term, String text) {
        return Durable.append(journal, shard, term, bytes(text)).index();
    }

    private static Durable appendAt(Journal journal, ShardId shard, long index, long term, String text) {
        return Durable.of(heard -> journal.append(shard, index, term, bytes(text), heard));
    }

    private static Durable vote(Journal journal, ShardId shard, long term, String votedFor) {
        return Durable.of(heard -> journal.vote(shard, term, votedFor, heard));
    }

    /// The shard's entries from an index on as `index/term text`.
    protected static List<String> read(Journal journal, ShardId shard, long from) {
        List<String> entries = new ArrayList<>();
        long next = from;
        for (long at = -1; at < next; ) {
            at = next;
            next = journal.read(
                    shard,
                    at,
                    1_000,
                    (index, term, entry) -> entries.add(index + "/" + term + " " + new String(entry, UTF_8)));
        }
        return entries;
    }

    private static void assertExpired(Journal journal, ShardId shard, long from) {
        assertThatThrownBy(() -> read(journal, shard, from))
                .isInstanceOfSatisfying(
                        MnemeException.class, gone -> assertThat(gone.code()).isEqualTo(ErrorCode.POSITION_EXPIRED));
    }

    private static Journal.Callback listener(List<Long> heard) {
        return new Journal.Callback() {
            @Override
            public void durable(long index) {
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
