package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.once;
import static dev.mneme.testkit.Fixtures.retext;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command.ForgetVersions;
import dev.mneme.core.command.Command.UpdateMemory;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How much of a memory's history is kept.
abstract class HistoryPart extends StorePart {
    private static final Duration AGE = Duration.ofDays(10);

    private Memory versions(int count) {
        Memory memory = added(add("alice", "text 1"));
        for (int n = 2; n <= count; n++) {
            clock.advance(Duration.ofDays(1));
            write(ALICE, retext(memory.id(), "text " + n));
        }
        return found(memory.id());
    }

    private List<Long> kept(MemoryId id) {
        return history(id).stream().map(MemoryVersion::version).toList();
    }

    @Test
    void theLatestVersionsAreKeptOldestFirst() {
        reopen(settings().withVersions(3, Duration.ZERO));
        Memory memory = versions(8);

        assertThat(kept(memory.id())).containsExactly(6L, 7L, 8L);
        assertThat(found(memory.id()).text()).isEqualTo("text 8");
    }

    @Test
    void aDeletionCountsAsAVersion() {
        reopen(settings().withVersions(2, Duration.ZERO));
        Memory memory = versions(3);
        write(ALICE, delete(memory.id()));

        assertThat(kept(memory.id())).containsExactly(3L, 4L);
        assertThat(events(memory.id())).containsExactly(MemoryEvent.UPDATE, MemoryEvent.DELETE);
    }

    @Test
    void oneVersionIsThePresentOne() {
        reopen(settings().withVersions(1, Duration.ZERO));
        Memory memory = versions(4);

        assertThat(kept(memory.id())).containsExactly(4L);
        assertThat(all(ALICE)).containsExactly(memory);
    }

    @Test
    void aLowerLimitHoldsForWhatWasWrittenBefore() {
        Memory memory = versions(6);
        assertThat(kept(memory.id())).hasSize(6);

        reopen(settings().withVersions(2, Duration.ZERO));

        assertThat(kept(memory.id())).containsExactly(5L, 6L);
        write(ALICE, retext(memory.id(), "text 7"));
        assertThat(kept(memory.id())).containsExactly(6L, 7L);
    }

    @Test
    void earlierVersionsGoWithAgeAndThePresentOneStays() {
        reopen(settings().withVersions(0, AGE));
        Memory memory = versions(4);

        clock.advance(AGE.minusDays(2));
        assertThat(kept(memory.id())).containsExactly(3L, 4L);
        clock.advance(AGE);
        assertThat(kept(memory.id())).containsExactly(4L);
        assertThat(found(memory.id()).text()).isEqualTo("text 4");
    }

    @Test
    void aDeletedMemoryIsForgottenAltogether() {
        reopen(settings().withVersions(0, AGE));
        Memory memory = versions(2);
        write(ALICE, delete(memory.id()));
        assertThat(kept(memory.id())).containsExactly(1L, 2L, 3L);

        clock.advance(AGE);

        assertThat(store().history(memory.id())).isEmpty();
    }

    @Test
    void forgettingTakesNothingThatIsYoungEnoughOrPresent() {
        reopen(settings().withVersions(0, AGE));
        Memory memory = versions(3);
        clock.advance(AGE.minusDays(1));
        long head = head(ALICE);

        write(
                ALICE,
                new ForgetVersions(List.of(
                        new ForgetVersions.Version(memory.id(), 1),
                        new ForgetVersions.Version(memory.id(), 2),
                        new ForgetVersions.Version(memory.id(), 3),
                        new ForgetVersions.Version(Fixtures.id(ALICE), 1))));

        assertThat(kept(memory.id())).containsExactly(3L);
        assertThat(found(memory.id())).isEqualTo(memory);
        assertThat(head(ALICE)).isEqualTo(head);
        clock.advance(AGE);
        assertThat(kept(memory.id())).containsExactly(3L);
    }

    @Test
    void withoutALimitNothingIsForgotten() {
        Memory memory = versions(3);
        clock.advance(Duration.ofDays(10_000));

        write(ALICE, new ForgetVersions(List.of(new ForgetVersions.Version(memory.id(), 1))));

        assertThat(kept(memory.id())).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aChangeWhoseVersionIsGoneIsToldWithoutItsMemoryOrWithTheRightOne() {
        reopen(settings().withVersions(1, Duration.ZERO));
        Memory first = added(add("alice", "text 1"));
        write(ALICE, retext(first.id(), "text 2"));
        Memory second = found(first.id());
        reopen();

        List<Change> changes = changes(ALICE, 0);

        assertThat(changes).hasSize(2);
        assertThat(changes.get(0).memory()).isIn(null, first);
        assertThat(changes.get(1).memory()).isEqualTo(second);
    }

    /// Seed 178 of the comparison found it.
    @Test
    void aRepeatedWriteIsNotAnsweredWithAVersionThatIsTooOld() {
        reopen(settings().withVersions(0, AGE));
        Memory first = added(add("alice", "text 1"));
        clock.advance(AGE.plusDays(1));
        UpdateMemory stale = new UpdateMemory(first.id(), "text 3", null, null, null, null, 7);
        assertConflict(
                store().write(once(ALICE, "key", "body", stale)).outcomes().getFirst(), first);
        write(ALICE, retext(first.id(), "text 2"));

        WriteResult again = store().write(once(ALICE, "key", "body", stale));

        assertThat(again.replayed()).isTrue();
        assertConflict(again.outcomes().getFirst(), found(first.id()));
    }

    @Test
    void aRepeatedWriteWhoseVersionIsGoneIsAnsweredWithTheNextThatIsKept() {
        reopen(settings().withVersions(1, Duration.ZERO));
        WriteResult first = store().write(once(ALICE, "key", "body", add("alice", "text 1")));
        Memory memory = Fixtures.stored(first);
        write(ALICE, retext(memory.id(), "text 2"));

        WriteResult again = store().write(once(ALICE, "key", "body", add("alice", "text 1")));

        assertThat(again.replayed()).isTrue();
        assertThat(again.position()).isEqualTo(first.position());
        assertThat(Fixtures.stored(again)).isEqualTo(found(memory.id()));
    }
}
