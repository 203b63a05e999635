package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Outcome.Stored;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Conflict.About;
import dev.mneme.core.model.Conflict.Kind;
import dev.mneme.core.model.Conflict.Side;
import dev.mneme.core.model.Conflict.Status;
import dev.mneme.core.model.Conflict.Take;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Conflicts;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Conflicts: both values are kept until somebody decides, and the decision is one with the write that it asks
/// for.
abstract class ConflictsPart extends StorePart {
    private static Side side(long version, String text) {
        return new Side(version, Fixtures.json("text", text), false, ManualClock.START, "k1", "desk");
    }

    private static Command.RecordConflict conflict(Owner owner, About about) {
        return new Command.RecordConflict(
                Fixtures.id(owner), about, side(1, "base"), side(0, "mine"), side(2, "theirs"), false);
    }

    private static About of(Memory memory) {
        return new About(Kind.MEMORY, memory.id().toString());
    }

    private MemoryId recorded(About about) {
        Command.RecordConflict record = conflict(ALICE, about);
        assertEvent(outcome(ALICE, record), MemoryEvent.ADD);
        return record.id();
    }

    private Conflict conflict(MemoryId id) {
        return store().conflicts().find(ALICE, id).value().orElseThrow();
    }

    private List<MemoryId> listed(@Nullable Status status, @Nullable Kind kind) {
        return store().conflicts().list(new Conflicts.Query(ALICE, status, kind, null, 100)).value().stream()
                .map(Conflict::id)
                .toList();
    }

    private Outcome resolve(MemoryId id, Take take, @Nullable Command write) {
        return outcome(ALICE, new Command.ResolveConflict(id, take, write));
    }

    private static Command.UpdateMemory text(Memory memory, String text, long seen) {
        return new Command.UpdateMemory(memory.id(), text, null, null, null, null, seen);
    }

    private static Command.PutContext put(String key, String text, long seen) {
        return new Command.PutContext(
                key, ContextType.CUSTOM, null, Fixtures.json("a", text), List.of(), null, seen, MergeStrategy.REPLACE);
    }

    private Memory twice() {
        Memory first = added(Fixtures.add("alice", "likes tea"));
        write(ALICE, text(first, "likes green tea", 1));
        return found(first.id());
    }

    @Test
    void itIsKeptAsItWasRecorded() {
        Memory memory = twice();
        Command.RecordConflict record = conflict(ALICE, of(memory));

        Outcome outcome = outcome(ALICE, record);

        Conflict expected = new Conflict(
                record.id(),
                ALICE,
                record.about(),
                record.base(),
                record.mine(),
                record.theirs(),
                now(),
                null,
                1,
                false);
        assertThat(conflict(record.id())).isEqualTo(expected);
        assertThat(outcome).isEqualTo(new Stored(MemoryEvent.ADD, expected.withoutValues()));
        assertThat(store().conflicts().find(BOB, record.id()).value()).isEmpty();
        assertThat(found(memory.id())).isEqualTo(memory);
        assertRejected(outcome(ALICE, record), ErrorCode.VERSION_CONFLICT, "id");
    }

    @Test
    void mineIsWrittenTogetherWithTheDecision() {
        Memory memory = twice();
        MemoryId id = recorded(of(memory));
        long before = head(ALICE);

        WriteResult result =
                write(ALICE, new Command.ResolveConflict(id, Take.MINE, text(memory, "likes black tea", 2)));

        assertThat(found(memory.id()).text()).isEqualTo("likes black tea");
        assertThat(found(memory.id()).version()).isEqualTo(3);
        Conflict resolved = conflict(id);
        assertThat(resolved.status()).isEqualTo(Status.RESOLVED);
        assertThat(resolved.version()).isEqualTo(2);
        assertThat(resolved.resolution())
                .isEqualTo(new Conflict.Resolution(Take.MINE, 3, now(), Fixtures.BY.keyId(), Fixtures.BY.instance()));
        assertThat(result.outcomes()).containsExactly(new Stored(MemoryEvent.UPDATE, resolved.withoutValues()));
        assertThat(changes(ALICE, before))
                .extracting(Change::type)
                .containsExactly(ChangeType.MEMORY_UPDATED, ChangeType.CONFLICT_RESOLVED);
        assertThat(head(ALICE)).isEqualTo(before + 2);
    }

    @Test
    void theirsWritesNothingButTheDecision() {
        Memory memory = twice();
        MemoryId id = recorded(of(memory));
        long before = head(ALICE);

        assertEvent(resolve(id, Take.THEIRS, null), MemoryEvent.UPDATE);

        assertThat(found(memory.id())).isEqualTo(memory);
        assertThat(changes(ALICE, before)).extracting(Change::type).containsExactly(ChangeType.CONFLICT_RESOLVED);
        assertThat(conflict(id).resolution())
                .isEqualTo(new Conflict.Resolution(Take.THEIRS, 0, now(), Fixtures.BY.keyId(), Fixtures.BY.instance()));
    }

    @Test
    void aRecordThatHasGoneOnLeavesTheConflictOpen() {
        Memory memory = twice();
        MemoryId id = recorded(of(memory));
        write(ALICE, text(memory, "likes white tea", 2));
        Memory now = found(memory.id());
        long before = head(ALICE);

        assertConflict(resolve(id, Take.MINE, text(memory, "likes black tea", 2)), now);

        assertThat(found(memory.id())).isEqualTo(now);
        assertThat(conflict(id).open()).isTrue();
        assertThat(head(ALICE)).isEqualTo(before);
        assertEvent(resolve(id, Take.VALUE, text(memory, "likes black tea", 3)), MemoryEvent.UPDATE);
        assertThat(found(memory.id()).version()).isEqualTo(4);
    }

    @Test
    void aConflictIsResolvedOnce() {
        Memory memory = twice();
        MemoryId id = recorded(of(memory));
        resolve(id, Take.THEIRS, null);

        Outcome again = resolve(id, Take.MINE, text(memory, "likes black tea", 2));

        assertThat(again).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
            assertThat(rejected.current()).isEqualTo(conflict(id).withoutValues());
        });
        assertThat(found(memory.id())).isEqualTo(memory);
        assertRejected(resolve(Fixtures.id(ALICE), Take.THEIRS, null), ErrorCode.NOT_FOUND, null);
        assertRejected(outcome(BOB, new Command.ResolveConflict(id, Take.THEIRS, null)), ErrorCode.NOT_FOUND, null);
    }

    @Test
    void aContextIsWrittenOrDeletedByADecision() {
        write(ALICE, put("theme", "dark", 0));
        MemoryId first = recorded(new About(Kind.CONTEXT, "theme"));
        MemoryId second = recorded(new About(Kind.CONTEXT, "theme"));

        assertEvent(resolve(first, Take.MINE, put("theme", "light", 1)), MemoryEvent.UPDATE);
        assertThat(store().contexts().find(ALICE, "theme").value().orElseThrow().data())
                .isEqualTo(Fixtures.json("a", "light"));
        assertEvent(resolve(second, Take.MINE, new Command.DeleteContext("theme", 2)), MemoryEvent.UPDATE);

        assertThat(store().contexts().find(ALICE, "theme").value()).isEmpty();
        assertThat(conflict(second).resolution())
                .extracting(resolution -> resolution.written())
                .isEqualTo(3L);
    }

    @Test
    void aModeIsSwitchedByADecision() {
        write(ALICE, new Command.SwitchMode("desk", Mode.DIDACTIC, null, null, null, null, null, 0));
        MemoryId id = recorded(new About(Kind.MODE, "desk"));

        assertEvent(
                resolve(id, Take.MINE, new Command.SwitchMode("desk", Mode.PARALLEL, null, null, null, null, null, 1)),
                MemoryEvent.UPDATE);

        assertThat(store().modes().find(ALICE, "desk").value().orElseThrow().current())
                .isEqualTo(Mode.PARALLEL);
    }

    @Test
    void changesTellOfItWithoutItsValues() {
        Memory memory = twice();
        long before = head(ALICE);
        MemoryId id = recorded(of(memory));
        Conflict recorded = conflict(id);
        resolve(id, Take.THEIRS, null);

        List<Change> changes = changes(ALICE, before);

        assertThat(changes)
                .extracting(Change::subject)
                .containsExactly(recorded.withoutValues(), conflict(id).withoutValues());
        assertThat(changes).extracting(Change::key).containsOnly(id.toString());
        assertThat(changes.getFirst().toString()).doesNotContain("mine\"");
        assertThat(recorded.withoutValues().mine().value()).isNull();
    }

    @Test
    void theyAreListedInTheirOrderPageByPage() {
        MemoryId first = recorded(of(twice()));
        MemoryId second = recorded(new About(Kind.CONTEXT, "theme"));
        MemoryId third = recorded(of(twice()));
        resolve(first, Take.THEIRS, null);

        assertThat(listed(null, null)).containsExactly(first, second, third);
        assertThat(listed(Status.OPEN, null)).containsExactly(second, third);
        assertThat(listed(Status.RESOLVED, null)).containsExactly(first);
        assertThat(listed(null, Kind.MEMORY)).containsExactly(first, third);
        assertThat(listed(Status.OPEN, Kind.MODE)).isEmpty();
        var page = store().conflicts().list(new Conflicts.Query(ALICE, null, null, first, 1));
        assertThat(page.value()).containsExactly(conflict(second));
        assertThat(page.position()).isEqualTo(store().head(ALICE));
    }

    @Test
    void whatIsAboutALocalRecordIsLocalOnly() {
        Command inspire = new Command.SwitchMode(
                Fixtures.BY.instance(), Mode.INSPIRED, null, null, null, null, null, Command.ANY_VERSION);
        write(ALICE, inspire);
        Memory secret = added(Fixtures.add("alice", "likes secrets"));
        write(ALICE, put("secret", "x", 0));
        write(
                ALICE,
                new Command.SwitchMode(
                        Fixtures.BY.instance(), Mode.DIDACTIC, null, null, null, null, null, Command.ANY_VERSION));

        assertThat(conflict(recorded(of(secret))).localOnly()).isTrue();
        assertThat(conflict(recorded(new About(Kind.CONTEXT, "secret"))).localOnly())
                .isTrue();
        assertThat(changes(ALICE, 0).getLast().localOnly()).isTrue();
        MemoryId plain = recorded(of(twice()));
        assertThat(conflict(plain).localOnly()).isFalse();
        write(ALICE, inspire);
        resolve(plain, Take.THEIRS, null);
        assertThat(conflict(plain).localOnly()).isTrue();
        assertThat(changes(ALICE, 0).getLast().localOnly()).isTrue();
    }

    @Test
    void aResolvedOneIsRemovedInTheEnd() {
        MemoryId resolved = recorded(of(twice()));
        MemoryId open = recorded(of(twice()));
        resolve(resolved, Take.THEIRS, null);
        List<Expired> seen = List.of(new Expired.OfConflict(resolved, 2), new Expired.OfConflict(open, 1));
        clock.advance(Conflict.KEPT_RESOLVED.minusMillis(1));
        write(ALICE, new Command.Expire(seen));
        assertThat(listed(null, null)).containsExactly(resolved, open);
        clock.advance(Duration.ofMillis(1));
        assertRejected(resolve(resolved, Take.THEIRS, null), ErrorCode.NOT_FOUND, null);

        write(ALICE, new Command.Expire(seen));

        assertThat(listed(null, null)).containsExactly(open);
    }

    @Test
    void valuesThatAreTooLargeTogetherAreRefused() {
        Side large = side(1, "x".repeat((int) Conflict.MAX_SIZE / 2));
        Command record = new Command.RecordConflict(
                Fixtures.id(ALICE), new About(Kind.CONTEXT, "k"), large, large, large, false);

        ErrorCode code;
        try {
            code = ((Rejected) outcome(ALICE, record)).code();
        } catch (MnemeException tooLargeForTheLog) {
            code = tooLargeForTheLog.code();
        }

        assertThat(code).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(listed(null, null)).isEmpty();
    }

    @Test
    void theyOutliveTheStore() {
        MemoryId id = recorded(of(twice()));
        MemoryId other = recorded(of(twice()));
        resolve(other, Take.THEIRS, null);
        Conflict before = conflict(id);
        Conflict resolved = conflict(other);
        reopen();

        assertThat(conflict(id)).isEqualTo(before);
        assertThat(conflict(other)).isEqualTo(resolved);
    }

    @Test
    void aRepeatedDecisionIsAnsweredAsTheFirst() {
        Memory memory = twice();
        MemoryId id = recorded(of(memory));
        Command decision = new Command.ResolveConflict(id, Take.MINE, text(memory, "likes black tea", 2));

        WriteResult first = store().write(Fixtures.once(ALICE, "key", "body", decision));
        WriteResult again = store().write(Fixtures.once(ALICE, "key", "body", decision));

        assertThat(again.replayed()).isTrue();
        assertThat(again.outcomes()).isEqualTo(first.outcomes());
        assertThat(found(memory.id()).version()).isEqualTo(3);
    }

    @Test
    void anImportedOneIsThereOnce() {
        Conflict resolved = new Conflict(
                        Fixtures.id(ALICE),
                        ALICE,
                        new About(Kind.CONTEXT, "theme"),
                        null,
                        side(0, "mine"),
                        side(4, "theirs"),
                        now(),
                        null,
                        1,
                        false)
                .resolved(new Conflict.Resolution(Take.THEIRS, 0, now(), "k", "desk"), false);

        assertEvent(outcome(ALICE, new Command.Import(new Exported.OfConflict(resolved))), MemoryEvent.ADD);
        assertEvent(outcome(ALICE, new Command.Import(new Exported.OfConflict(resolved))), MemoryEvent.NONE);

        assertThat(conflict(resolved.id())).isEqualTo(resolved);
        assertThat(head(ALICE)).isEqualTo(1);
        clock.advance(Conflict.KEPT_RESOLVED);
        write(ALICE, new Command.Expire(List.of(new Expired.OfConflict(resolved.id(), 2))));
        assertThat(listed(null, null)).isEmpty();
    }

    @Test
    void erasureTakesThemAll() {
        MemoryId id = recorded(of(twice()));
        resolve(recorded(of(twice())), Take.THEIRS, null);
        write(ALICE, new Command.EraseOwner());

        assertThat(listed(null, null)).isEmpty();
        assertThat(store().conflicts().find(ALICE, id).value()).isEmpty();
    }
}
