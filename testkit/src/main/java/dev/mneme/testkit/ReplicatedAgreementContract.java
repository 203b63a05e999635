package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.spi.Agreement;
import dev.mneme.testkit.ListMember.Delivered;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The promises of [Agreement] among three replicas. [#open] opens the first of them alone; what the others do is
/// asked for here.
public abstract class ReplicatedAgreementContract extends AgreementContract {
    private static final int REPLICAS = 3;

    private final List<ListMember> members = new ArrayList<>();
    private final List<Agreement> agreements = new ArrayList<>();

    /// Begins a group of so many replicas, of which none is open.
    protected abstract void begin(int replicas);

    /// Opens a replica, or opens it again.
    protected abstract Agreement open(int replica);

    /// Makes whoever is primary lose it.
    protected abstract void loseThePrimary();

    /// Lets go, as far as the group may, of entries which every open replica has durably.
    protected abstract void forget();

    @BeforeEach
    final void beginAlone() {
        begin(1);
    }

    @Override
    protected final Agreement open() {
        return open(0);
    }

    private void openAll() {
        begin(REPLICAS);
        for (int replica = 0; replica < REPLICAS; replica++) {
            Agreement agreement = open(replica);
            ListMember member = new ListMember();
            member.follow(agreement);
            members.add(member);
            agreements.add(agreement);
        }
    }

    /// The replica that says it is the only primary.
    private int primary() {
        until(() -> members.stream().filter(ListMember::isPrimary).count() == 1);
        return members.indexOf(
                members.stream().filter(ListMember::isPrimary).findFirst().orElseThrow());
    }

    private void allHave(Predicate<ListMember> what) {
        until(() -> members.stream().allMatch(what));
    }

    @Test
    void everyReplicaIsDeliveredTheSameUnderTheSameIndexes() {
        openAll();
        int primary = primary();
        texts(0, 50).forEach(text -> propose(agreements.get(primary), text));
        allHave(member -> member.delivered().size() == 50);
        assertThat(members)
                .allMatch(member -> member.rows().equals(members.getFirst().rows()));
        assertThat(members.get(primary).texts()).isEqualTo(texts(0, 50));
        for (ListMember member : members) {
            boolean proposed = member.equals(members.get(primary));
            assertThat(member.delivered()).allMatch(each -> (each.id() != Agreement.NONE) == proposed);
        }
    }

    @Test
    void whoIsNotPrimaryRefusesInPassing() {
        openAll();
        int secondary = (primary() + 1) % REPLICAS;
        long id = propose(agreements.get(secondary), "not here");
        until(() -> members.get(secondary).refused().containsKey(id));
        assertThat(members.get(secondary).refused().get(id)).isIn(ErrorCode.NOT_PRIMARY, ErrorCode.NO_QUORUM);
        settle();
        assertThat(members).allMatch(member -> member.texts().isEmpty());
    }

    @Test
    void termsIncreaseAndWhoeverBecomesPrimaryHasEverything() {
        openAll();
        long last = 0;
        for (int round = 0; round < 12; round++) {
            int primary = primary();
            ListMember leads = members.get(primary);
            assertThat(leads.terms().getLast()).isGreaterThan(last);
            last = leads.terms().getLast();
            for (int n = 0; n < 5; n++) {
                propose(agreements.get(primary), round + " " + n);
            }
            int before = leads.texts().size();
            int told = leads.roles().size();
            loseThePrimary(); // with five proposals in the air
            until(() -> leads.roles().size() > told);
            int next = primary();
            propose(agreements.get(next), "end of round " + round);
            String end = "end of round " + round;
            allHave(member -> member.texts().contains(end));
            assertThat(members)
                    .allMatch(member -> member.rows().equals(members.getFirst().rows()));
            List<String> texts = members.getFirst().texts();
            assertThat(texts).as("once").doesNotHaveDuplicates();
            assertThat(texts.indexOf(end))
                    .as("what the primary before had proposed is there before, or never")
                    .isEqualTo(texts.size() - 1)
                    .isGreaterThanOrEqualTo(before);
        }
    }

    @Test
    void whatIsAgreedAfterTheRoleEndedIsDeliveredAllTheSame() {
        int later = 0;
        int never = 0;
        for (int round = 0; round < 60 && (later == 0 || never == 0); round++) {
            members.clear();
            agreements.clear();
            openAll();
            int primary = primary();
            List<Long> ids = texts(0, 6).stream()
                    .map(text -> propose(agreements.get(primary), text))
                    .toList();
            loseThePrimary();
            int next = primary();
            propose(agreements.get(next), "end");
            allHave(member -> member.texts().contains("end"));
            ListMember was = members.get(primary);
            for (Delivered each : was.delivered()) {
                boolean refusedForGood =
                        was.refused().getOrDefault(each.id(), ErrorCode.OUTCOME_UNKNOWN) != ErrorCode.OUTCOME_UNKNOWN;
                assertThat(refusedForGood).as("refused, and there").isFalse();
            }
            List<String> there = new ArrayList<>(was.texts());
            there.remove("end");
            assertThat(there).as("a beginning of what was proposed").isEqualTo(texts(0, there.size()));
            later += there.isEmpty() ? 0 : 1;
            never += there.size() < ids.size() ? 1 : 0;
        }
        assertThat(later).as("rounds in which something was agreed later").isPositive();
        assertThat(never).as("rounds in which something was taken back").isPositive();
    }

    @Test
    void whoIsTooFarBehindIsGivenASnapshotFirst() {
        int behind = giveASnapshot();
        ListMember given = members.get(behind);
        assertThat(given.installed()).isNotEmpty();
        assertThat(given.texts()).isEqualTo(texts(0, 21));
        assertThat(given.rows()).isEqualTo(members.get(primary()).rows());
        assertThat(given.delivered()).allMatch(each -> each.id() == Agreement.NONE);
    }

    @Test
    void whatLiesInASnapshotIsNeverDeliveredAgain() {
        int behind = giveASnapshot();
        ListMember given = members.get(behind);
        long snapshot = given.installed().getLast();
        assertThat(given.delivered()).allMatch(each -> each.index() > snapshot);
        ListMember next = new ListMember(given.rows().headMap(snapshot, true));
        agreements.get(behind).close();
        members.set(behind, next);
        Agreement again = open(behind);
        agreements.set(behind, again);
        next.follow(again);
        propose(agreements.get(primary()), "n21");
        allHave(member -> member.texts().contains("n21"));
        assertThat(next.texts()).isEqualTo(texts(0, 22));
        assertThat(next.delivered()).allMatch(each -> each.index() > snapshot);
    }

    @Test
    void whoWasGivenASnapshotBecomesPrimaryWithAllOfIt() {
        int behind = giveASnapshot();
        for (int round = 0; primary() != behind; round++) {
            assertThat(round).as("elections").isLessThan(200);
            int told = members.get(primary()).roles().size();
            ListMember was = members.get(primary());
            loseThePrimary();
            until(() -> was.roles().size() > told);
        }
        assertThat(members.get(behind).texts()).isEqualTo(texts(0, 21));
        propose(agreements.get(behind), "of the new primary");
        allHave(member -> member.texts().contains("of the new primary"));
        assertThat(members)
                .allMatch(member -> member.rows().equals(members.getFirst().rows()));
    }

    /// @return the replica that was too far behind
    private int giveASnapshot() {
        openAll();
        int primary = primary();
        int behind = (primary + 1) % REPLICAS;
        texts(0, 20).forEach(text -> propose(agreements.get(primary), text));
        allHave(member -> member.delivered().size() == 20);
        agreements.get(behind).close();
        for (int replica = 0; replica < REPLICAS; replica++) {
            agreements.get(replica).checkpointed(members.get(replica).applied());
        }
        int now = primary();
        forget();
        ListMember again = new ListMember(new TreeMap<>());
        members.set(behind, again);
        Agreement agreement = open(behind);
        agreements.set(behind, agreement);
        again.follow(agreement);
        propose(agreements.get(now), "n20");
        allHave(member -> member.texts().contains("n20"));
        return behind;
    }
}
