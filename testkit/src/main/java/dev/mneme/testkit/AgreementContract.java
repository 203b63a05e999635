package dev.mneme.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.testkit.ListMember.Delivered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The promises of [Agreement], as far as one replica by itself can be held to them: the rest is in
/// [ReplicatedAgreementContract].
public abstract class AgreementContract {
    private final AtomicLong ids = new AtomicLong(Agreement.NONE);

    /// Opens the replica of this test, which becomes primary; or closes it and opens it again, on what it kept.
    protected abstract Agreement open();

    /// Lets happen what is to happen, where that does not happen by itself.
    protected void settle() {}

    /// Waits until this holds.
    protected final void until(BooleanSupplier condition) {
        Awaitility.await().until(() -> {
            settle();
            return condition.getAsBoolean();
        });
    }

    /// A member that has become primary of what was opened.
    protected final ListMember primary(Agreement agreement, ListMember member) {
        member.follow(agreement);
        until(member::isPrimary);
        return member;
    }

    /// One at a time, so that ids increase.
    protected final long propose(Agreement agreement, String text) {
        synchronized (ids) {
            long id = ids.incrementAndGet();
            agreement.propose(id, text.getBytes(UTF_8));
            return id;
        }
    }

    protected static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(n -> "n" + n).toList();
    }

    /// A life in which these were agreed.
    private NavigableMap<Long, String> lived(List<String> texts) {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            int before = member.texts().size();
            texts.forEach(text -> propose(agreement, text));
            until(() -> member.texts().size() == before + texts.size());
            return member.rows();
        }
    }

    @Test
    void theReplicaBecomesPrimaryOfNothing() {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.delivered()).isEmpty();
            assertThat(agreement.readBarrier()).isCompletedWithValueMatching(index -> index >= 0);
        }
    }

    @Test
    void whatIsProposedIsDeliveredOnceInItsOrderUnderItsId() {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            List<Long> proposed =
                    texts(0, 300).stream().map(text -> propose(agreement, text)).toList();
            until(() -> member.delivered().size() == 300);
            settle();
            assertThat(member.texts()).isEqualTo(texts(0, 300));
            assertThat(member.delivered()).extracting(Delivered::id).isEqualTo(proposed);
            assertThat(member.refused()).isEmpty();
            assertThat(agreement.lastIndex()).isGreaterThanOrEqualTo(member.applied());
        }
    }

    @Test
    void whatWasAgreedIsDeliveredInTheNextLifeAsNobodysBeforeTheRole() {
        NavigableMap<Long, String> lived = lived(texts(0, 40));
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            assertThat(member.rows()).as("under the same indexes").isEqualTo(lived);
            assertThat(member.delivered()).extracting(Delivered::id).containsOnly(Agreement.NONE);
            assertThat(member.deliveredBeforeRole()).isEqualTo(40);
        }
    }

    @Test
    void deliveryBeginsAfterTheGivenIndexAndGoesOn() {
        NavigableMap<Long, String> lived = lived(texts(0, 10));
        long sixth = lived.keySet().stream().skip(5).findFirst().orElseThrow();
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember(lived.headMap(sixth, true)));
            assertThat(member.delivered()).extracting(Delivered::text).isEqualTo(texts(6, 10));
            propose(agreement, "n10");
            until(() -> member.delivered().size() == 5);
            assertThat(member.texts()).isEqualTo(texts(0, 11));
        }
    }

    @Test
    void whatIsNotHeldIsAViolation() {
        NavigableMap<Long, String> lived = lived(texts(0, 3));
        try (Agreement agreement = open()) {
            ListMember ahead = new ListMember();
            assertThatThrownBy(() -> agreement.start(ahead, lived.lastKey() + 1_000))
                    .isInstanceOfSatisfying(
                            MnemeException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
        }
    }

    @Test
    void livesFollowOneAnother() {
        for (int life = 0; life < 4; life++) {
            lived(List.of("n" + life));
        }
        try (Agreement agreement = open()) {
            assertThat(primary(agreement, new ListMember()).texts()).isEqualTo(texts(0, 4));
        }
    }

    @Test
    void theTermIsPositiveAndNeverGoesBack() {
        long term = 1;
        for (int life = 0; life < 4; life++) {
            try (Agreement agreement = open()) {
                ListMember member = primary(agreement, new ListMember());
                assertThat(member.terms()).allMatch(each -> each >= 0);
                assertThat(member.terms().getLast()).isGreaterThanOrEqualTo(term);
                term = member.terms().getLast();
                propose(agreement, "n" + life);
                String text = "n" + life;
                until(() -> member.texts().contains(text));
            }
        }
    }

    @Test
    void aMemberThatLagsIsNotFloodedAndMissesNothing() {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            member.lag();
            texts(0, 100).forEach(text -> propose(agreement, text));
            until(() -> member.delivered().size() == Agreement.AHEAD);
            settle();
            assertThat(member.delivered()).hasSize(Agreement.AHEAD);
            member.catchUp();
            until(() -> member.delivered().size() == 100);
            assertThat(member.texts()).isEqualTo(texts(0, 100));
        }
    }

    @Test
    void eachEntryThatIsAppliedMakesRoomForAnother() {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            member.lag();
            texts(0, 100).forEach(text -> propose(agreement, text));
            until(() -> member.delivered().size() == Agreement.AHEAD);
            for (int applied = 1; applied <= 3; applied++) {
                int expected = Agreement.AHEAD + applied;
                agreement.applied(member.delivered().get(applied - 1).index());
                until(() -> member.delivered().size() == expected);
                settle();
                assertThat(member.delivered()).hasSize(expected);
            }
        }
    }

    @Test
    void oneThatRecoversSlowlyIsPrimaryOnlyThenAndTakesNothingBefore() {
        lived(texts(0, 50));
        try (Agreement agreement = open()) {
            ListMember member = new ListMember();
            member.lag();
            member.follow(agreement);
            until(() -> member.delivered().size() == Agreement.AHEAD);
            long early = propose(agreement, "too early");
            until(() -> member.refused().containsKey(early));
            assertThat(member.refused().values()).allMatch(ErrorCode::isPassing);
            assertThat(member.isPrimary()).isFalse();
            member.catchUp();
            until(member::isPrimary);
            assertThat(member.texts()).isEqualTo(texts(0, 50));
        }
        try (Agreement agreement = open()) {
            assertThat(primary(agreement, new ListMember()).texts()).doesNotContain("too early");
        }
    }

    @Test
    void whatIsProposedAfterClosingIsRefusedAndNotThere() {
        Agreement closed = open();
        ListMember member = primary(closed, new ListMember());
        closed.close();
        long late = propose(closed, "late");
        until(() -> member.refused().containsKey(late));
        assertThat(member.refused()).containsEntry(late, ErrorCode.OVERLOADED);
        assertThat(closed.readBarrier()).isCompletedExceptionally();
        try (Agreement agreement = open()) {
            assertThat(primary(agreement, new ListMember()).texts()).isEmpty();
        }
    }

    @Test
    void nothingIsDeliveredAfterClosing() {
        Agreement closed = open();
        ListMember member = primary(closed, new ListMember());
        member.lag();
        texts(0, 60).forEach(text -> propose(closed, text));
        until(() -> member.delivered().size() == Agreement.AHEAD);
        closed.close();
        member.catchUp();
        settle();
        assertThat(member.delivered()).hasSize(Agreement.AHEAD);
    }

    @Test
    void aBarrierContainsWhatWasDeliveredBefore() {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            for (int n = 0; n < 20; n++) {
                int count = n + 1;
                propose(agreement, "n" + n);
                until(() -> member.delivered().size() == count);
                long applied = member.applied();
                CompletableFuture<Long> barrier = agreement.readBarrier();
                until(barrier::isDone);
                assertThat(barrier.join()).isGreaterThanOrEqualTo(applied).isLessThanOrEqualTo(agreement.lastIndex());
            }
        }
    }

    @Test
    void manyProposeAtOnceAndEachHearsOfItsOwn() throws InterruptedException {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            Map<Long, String> proposed = new ConcurrentHashMap<>();
            List<Thread> callers = LongStream.range(0, 8)
                    .mapToObj(caller -> Thread.ofVirtual()
                            .start(() -> LongStream.range(0, 50)
                                    .forEach(
                                            n -> proposed.put(propose(agreement, caller + " " + n), caller + " " + n))))
                    .toList();
            for (Thread caller : callers) {
                caller.join();
            }
            until(() -> member.delivered().size() + member.refused().size() == 400);
            List<Long> heard = new ArrayList<>(member.refused().keySet());
            for (Delivered each : member.delivered()) {
                assertThat(each.text()).isEqualTo(proposed.get(each.id()));
                heard.add(each.id());
            }
            assertThat(heard).doesNotHaveDuplicates();
        }
    }

    @Test
    void whatIsDurableElsewhereMayGoAndTheRestStays() {
        NavigableMap<Long, String> lived = lived(texts(0, 30));
        long twentieth = lived.keySet().stream().skip(19).findFirst().orElseThrow();
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember(new TreeMap<>(lived)));
            agreement.checkpointed(twentieth);
            assertThat(member.delivered()).isEmpty();
        }
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember(lived.headMap(twentieth, true)));
            assertThat(member.texts()).isEqualTo(texts(0, 30));
        }
    }

    @Test
    void whatIsTooLargeIsRefusedForItself() {
        try (Agreement agreement = open()) {
            ListMember member = primary(agreement, new ListMember());
            if (agreement.maxEntryBytes() < 1 << 26) {
                long large = propose(agreement, "x".repeat(agreement.maxEntryBytes() + 1));
                until(() -> member.refused().containsKey(large));
                assertThat(member.refused()).containsEntry(large, ErrorCode.TOO_LARGE);
            }
            propose(agreement, "small");
            until(() -> member.texts().equals(List.of("small")));
        }
    }
}
