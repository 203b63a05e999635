package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.expiring;
import static dev.mneme.testkit.Fixtures.id;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.patch;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.said;
import static dev.mneme.testkit.Fixtures.tagged;
import static dev.mneme.testkit.Fixtures.vector;
import static dev.mneme.testkit.Fixtures.withId;
import static dev.mneme.testkit.Fixtures.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.DeleteMatching;
import dev.mneme.core.command.Command.DeleteMemory;
import dev.mneme.core.command.Command.UpdateMemory;
import dev.mneme.core.command.Command.UpdateMemory.Expiry;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How adds, updates and deletes are decided: versions, history, times, vectors, batches.
abstract class WritingPart extends StorePart {
    @Test
    void anAddStoresWhatItCarriesAsVersionOne() {
        AddMemory add = new AddMemory(
                id(ALICE),
                new ScopeIds("alice", "bot", "chat", "run-1"),
                "  likes green tea ",
                "user",
                "Alice",
                json("source", json("kind", "mail")),
                List.of("drinks", "likes", "drinks"),
                Objects.requireNonNull(Times.timestamp("2025-12-24T19:00:00.123+01:00")),
                Instant.parse("2030-01-01T00:00:00Z"),
                null,
                true);

        Outcome outcome = outcome(ALICE, add);

        Memory expected = new Memory(
                add.id(),
                add.scope(),
                "  likes green tea ",
                "user",
                "Alice",
                add.metadata(),
                List.of("drinks", "likes", "drinks"),
                add.timestamp(),
                now(),
                now(),
                add.expiresAt(),
                1,
                null);
        assertThat(outcome).isEqualTo(new Outcome.Stored(MemoryEvent.ADD, expected));
        assertThat(found(add.id())).isEqualTo(expected);
    }

    @Test
    void anAddUnderTheIdOfALivingMemoryConflictsWithIt() {
        Memory tea = added(add("alice", "likes tea"));

        assertConflict(outcome(ALICE, withId(add("alice", "likes coffee"), tea.id())), tea);
        assertThat(all(ALICE)).containsExactly(tea);
    }

    @Test
    void anUpdateChangesWhatItNamesAndCountsTheVersionUp() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", 1, "b", json("c", 2)), "drinks"));
        clock.advance(Duration.ofMinutes(1));

        Outcome outcome = outcome(ALICE, retext(tea.id(), "likes coffee"));

        assertEvent(outcome, MemoryEvent.UPDATE);
        Memory now = found(tea.id());
        assertThat(((Outcome.Stored) outcome).memory()).isEqualTo(now);
        assertThat(now.text()).isEqualTo("likes coffee");
        assertThat(now.version()).isEqualTo(2);
        assertThat(now.createdAt()).isEqualTo(tea.createdAt());
        assertThat(now.updatedAt()).isEqualTo(now());
        assertThat(now.metadata()).isEqualTo(tea.metadata());
        assertThat(now.categories()).isEqualTo(tea.categories());
    }

    @Test
    void aMetadataPatchIsAMergePatch() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", 1, "b", json("c", 2, "d", 3))));

        write(ALICE, patch(tea.id(), json("a", new JsonNull(), "b", json("c", new JsonNull(), "e", 4), "f", "new")));

        assertThat(found(tea.id()).metadata()).isEqualTo(json("b", json("d", 3, "e", 4), "f", "new"));
    }

    /// `{"a":"xx"}` is 2 + 1 + 4 + 2 + 2 bytes.
    @Test
    void aPatchIsRefusedWhenTheMetadataWouldPassTheLimitAndNotSmaller() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", "xx")));

        for (String letters : List.of("yyyy", "\u00e4\u00e4", "\ud83c\udf75")) {
            assertThat(outcome(ALICE, within(patch(tea.id(), json("b", letters)), 21)))
                    .isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> {
                        assertThat(rejected.code()).isEqualTo(ErrorCode.TOO_LARGE);
                        assertThat(rejected.field()).isEqualTo("metadata");
                    });
        }
        assertThat(found(tea.id())).isEqualTo(tea);
        assertEvent(outcome(ALICE, within(patch(tea.id(), json("b", "yyyy")), 22)), MemoryEvent.UPDATE);
        assertThat(outcome(ALICE, within(patch(tea.id(), json("b", "zzzz")), 21)))
                .as("as large as before, and too large")
                .isInstanceOf(Outcome.Rejected.class);
        assertEvent(outcome(ALICE, within(patch(tea.id(), json("b", "zzz")), 5)), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).metadata()).as("smaller").isEqualTo(json("a", "xx", "b", "zzz"));
        assertEvent(outcome(ALICE, within(retext(tea.id(), "likes mate"), 5)), MemoryEvent.UPDATE);
        assertEvent(outcome(ALICE, within(patch(tea.id(), json("b", "zzz")), 5)), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, within(patch(tea.id(), json("b", new JsonNull())), 5)), MemoryEvent.UPDATE);
    }

    @Test
    void patchesOfOneWriteAreTogetherWithinTheLimit() {
        Memory tea = added(add("alice", "likes tea"));

        WriteResult result = write(
                ALICE,
                within(patch(tea.id(), json("a", "xx")), 21),
                within(patch(tea.id(), json("b", "yyyy")), 21),
                within(patch(tea.id(), json("a", "yyyy")), 21));
        assertEvent(result.outcomes().get(0), MemoryEvent.UPDATE);
        assertThat(result.outcomes().get(1)).isInstanceOf(Outcome.Rejected.class);
        assertEvent(result.outcomes().get(2), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).metadata()).isEqualTo(json("a", "yyyy"));
    }

    @Test
    void anUpdateReplacesCategoriesAndSetsOrRemovesTheExpiry() {
        Memory tea = added(tagged(add("alice", "likes tea"), json(), "drinks"));
        Instant later = now().plusSeconds(60);

        write(ALICE, update(tea.id(), List.of("hot"), new Expiry(later), Command.ANY_VERSION));
        assertThat(found(tea.id()).categories()).containsExactly("hot");
        assertThat(found(tea.id()).expiresAt()).isEqualTo(later);

        write(ALICE, update(tea.id(), List.of(), new Expiry(null), Command.ANY_VERSION));
        assertThat(found(tea.id()).categories()).isEmpty();
        assertThat(found(tea.id()).expiresAt()).isNull();
    }

    @Test
    void anUpdateThatChangesNothingIsNoneAndLeavesNoTrace() {
        Memory tea = added(embedded(tagged(add("alice", "likes tea"), json("a", 1), "drinks"), vector(1, 0, 0)));
        clock.advance(Duration.ofMinutes(1));

        Outcome outcome = outcome(
                ALICE,
                new UpdateMemory(
                        tea.id(),
                        "likes tea",
                        vector(1, 0, 0),
                        json("a", 1, "absent", new JsonNull()),
                        List.of("drinks"),
                        new Expiry(null),
                        1));

        assertThat(outcome).isEqualTo(new Outcome.Stored(MemoryEvent.NONE, tea));
        assertThat(found(tea.id())).isEqualTo(tea);
        assertThat(events(tea.id())).containsExactly(MemoryEvent.ADD);
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void anotherTimestampIsAChangeAndMakesAnotherContent() {
        Memory tea = added(add("alice", "likes tea"));
        Timestamp said = Timestamp.of(ManualClock.START.minus(Duration.ofDays(3)));

        assertEvent(
                outcome(ALICE, new UpdateMemory(tea.id(), null, null, null, null, null, said, Command.ANY_VERSION)),
                MemoryEvent.UPDATE);

        assertThat(found(tea.id()).timestamp()).isEqualTo(said);
        assertThat(found(tea.id()).version()).isEqualTo(2);
        assertEvent(
                outcome(ALICE, new UpdateMemory(tea.id(), null, null, null, null, null, said, Command.ANY_VERSION)),
                MemoryEvent.NONE);
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.ADD);
    }

    @Test
    void twoSpellingsOfOneInstantAreTheSameTimeAndTheFirstOffsetStays() {
        Timestamp utc = Objects.requireNonNull(Times.timestamp("2026-05-08T22:30:00Z"));
        Timestamp berlin = Objects.requireNonNull(Times.timestamp("2026-05-09T00:30:00+02:00"));
        Timestamp tokyo = Objects.requireNonNull(Times.timestamp("2026-05-09T07:30:00+09:00"));
        Memory tea = added(said(add("alice", "likes tea"), utc));

        assertEvent(outcome(ALICE, said(add("alice", "likes tea"), utc)), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, said(add("alice", "likes tea"), berlin)), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).timestamp()).isEqualTo(berlin);
        assertEvent(outcome(ALICE, said(add("alice", "likes tea"), tokyo)), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, said(add("alice", "likes tea"), utc)), MemoryEvent.NONE);
        reopen();
        assertThat(found(tea.id()).timestamp()).isEqualTo(berlin);
    }

    @Test
    void anotherVectorAloneIsAChange() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));

        assertEvent(outcome(ALICE, reembed(tea.id(), null, 0, 1, 0)), MemoryEvent.UPDATE);
        assertEvent(outcome(ALICE, reembed(tea.id(), "likes tea", 0, 0, 1)), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).version()).isEqualTo(3);
    }

    @Test
    void aWriterWhoSawAnotherVersionIsToldTheCurrentOne() {
        Memory one = added(add("alice", "likes tea"));
        Memory two = Fixtures.stored(write(ALICE, retext(one.id(), "likes coffee")));

        assertConflict(outcome(ALICE, update(one.id(), List.of("x"), null, 1)), two);
        assertConflict(outcome(ALICE, update(one.id(), List.of("x"), null, 3)), two);
        assertConflict(outcome(ALICE, new DeleteMemory(one.id(), 1)), two);
        assertThat(found(one.id())).isEqualTo(two);
        assertEvent(outcome(ALICE, update(one.id(), List.of("x"), null, 2)), MemoryEvent.UPDATE);
        assertThat(outcome(ALICE, new DeleteMemory(one.id(), 3))).isEqualTo(new Outcome.Deleted(one.id()));
    }

    @Test
    void versionZeroMeansMustNotExist() {
        Memory tea = added(add("alice", "likes tea"));

        assertConflict(outcome(ALICE, update(tea.id(), List.of("x"), null, 0)), tea);
        assertConflict(outcome(ALICE, new DeleteMemory(tea.id(), 0)), tea);
    }

    @Test
    void theVersionIsCheckedEvenWhenNothingWouldChange() {
        Memory tea = added(add("alice", "likes tea"));

        assertConflict(outcome(ALICE, update(tea.id(), null, null, 7)), tea);
    }

    @Test
    void whatIsNotThereCanBeNeitherUpdatedNorDeleted() {
        MemoryId missing = id(ALICE);
        Memory gone = added(add("alice", "likes tea"));
        write(ALICE, delete(gone.id()));

        for (MemoryId id : List.of(missing, gone.id())) {
            assertRejected(outcome(ALICE, retext(id, "x")), ErrorCode.NOT_FOUND, null);
            assertRejected(outcome(ALICE, delete(id)), ErrorCode.NOT_FOUND, null);
            assertRejected(outcome(ALICE, new DeleteMemory(id, 1)), ErrorCode.NOT_FOUND, null);
            assertRejected(outcome(ALICE, new DeleteMemory(id, 0)), ErrorCode.NOT_FOUND, null);
        }
        assertThat(head(ALICE)).isEqualTo(2);
    }

    @Test
    void anotherOwnersMemoryIsNotThere() {
        Memory tea = added(add("alice", "likes tea"));

        assertRejected(outcome(BOB, retext(tea.id(), "x")), ErrorCode.NOT_FOUND, null);
        assertRejected(outcome(BOB, delete(tea.id())), ErrorCode.NOT_FOUND, null);
        assertThat(found(tea.id())).isEqualTo(tea);
    }

    @Test
    void anExpiredMemoryCanStillBeUpdatedAndDeleted() {
        Memory tea = added(expiring(add("alice", "likes tea"), now().plusSeconds(1)));
        clock.advance(Duration.ofSeconds(2));

        write(ALICE, update(tea.id(), null, new Expiry(now().plusSeconds(60)), 1));
        assertThat(all(ALICE)).extracting(Memory::id).containsExactly(tea.id());
        clock.advance(Duration.ofSeconds(90));
        assertThat(outcome(ALICE, new DeleteMemory(tea.id(), 2))).isEqualTo(new Outcome.Deleted(tea.id()));
    }

    @Test
    void aDeletedMemoryIsGoneFromEveryRead() {
        Memory tea = added(add("alice", "likes tea"));

        assertThat(outcome(ALICE, delete(tea.id()))).isEqualTo(new Outcome.Deleted(tea.id()));

        assertThat(store().find(tea.id())).isEmpty();
        assertThat(all(ALICE)).isEmpty();
        assertThat(store().search(Fixtures.words(ALICE, "likes tea", now())).hits())
                .isEmpty();
    }

    @Test
    void historyTellsEveryVersionWhenAndByWhom() {
        Memory tea = added(add("alice", "likes tea"));
        clock.advance(Duration.ofMinutes(1));
        Provenance desk = new Provenance("k2", "desk", true);
        Memory coffee =
                Fixtures.stored(store().write(new Write(ALICE, desk, null, List.of(retext(tea.id(), "likes coffee")))));
        clock.advance(Duration.ofMinutes(1));
        write(ALICE, delete(tea.id()));

        Instant start = ManualClock.START;
        assertThat(history(tea.id()))
                .containsExactly(
                        new MemoryVersion(MemoryEvent.ADD, tea, 1, start, "k1", "key:k1"),
                        new MemoryVersion(MemoryEvent.UPDATE, coffee, 2, start.plusSeconds(60), "k2", "desk"),
                        new MemoryVersion(MemoryEvent.DELETE, coffee, 3, start.plusSeconds(120), "k1", "key:k1"));
        assertThat(store().history(id(ALICE))).isEmpty();
    }

    @Test
    void deleteMatchingDeletesExactlyTheOwnersMatchesExpiredOnesToo() {
        added(tagged(add("alice", "likes tea"), json(), "drinks"));
        added(expiring(tagged(add("alice", "likes coffee"), json(), "drinks"), now().plusSeconds(1)));
        Memory chess = added(tagged(add("alice", "likes chess"), json(), "games"));
        Memory bobs = added(tagged(add("bob", "likes beer"), json(), "drinks"));
        clock.advance(Duration.ofSeconds(2));

        Outcome outcome = outcome(ALICE, new DeleteMatching(Fixtures.category("drinks")));

        assertThat(outcome).isEqualTo(new Outcome.DeletedMany(2));
        assertThat(store().list(new dev.mneme.core.spi.MemoryQuery(
                                null,
                                Filter.And.ALL,
                                dev.mneme.core.spi.MemoryQuery.Order.CREATED_AT,
                                10,
                                null,
                                true,
                                now()))
                        .items())
                .containsExactlyInAnyOrder(chess, bobs);
    }

    @Test
    void deleteMatchingIsOneChangeAndOneHistoryEntryForEachMemoryInTheOrderOfIds() {
        Memory tea = added(add("alice", "likes tea"));
        Memory coffee = added(add("alice", "likes coffee"));

        write(ALICE, new DeleteMatching(Filter.And.ALL));

        assertThat(head(ALICE)).isEqualTo(4);
        assertThat(changes(ALICE, 2))
                .extracting(dev.mneme.core.model.Change::memory)
                .containsExactly(tea, coffee);
        assertThat(events(coffee.id())).containsExactly(MemoryEvent.ADD, MemoryEvent.DELETE);
    }

    @Test
    void deleteUnchangedDeletesWhatIsAtItsVersionAndSaysWhetherThatWasAll() {
        Memory tea = added(add("alice", "likes tea"));
        Memory coffee = added(add("alice", "likes coffee"));
        Memory bobs = added(add("bob", "likes beer"));
        updated(coffee.id(), "likes espresso");

        Outcome some = outcome(ALICE, unchanged(tea, coffee, bobs));
        assertThat(some).isEqualTo(new Outcome.DeletedMany(1, true));
        assertThat(events(tea.id())).containsExactly(MemoryEvent.ADD, MemoryEvent.DELETE);
        assertThat(events(coffee.id())).containsExactly(MemoryEvent.ADD, MemoryEvent.UPDATE);
        assertThat(store().find(bobs.id())).isPresent();

        assertThat(outcome(ALICE, unchanged(tea))).isEqualTo(new Outcome.DeletedMany(0, true));
        Memory milk = added(add("alice", "likes milk"));
        assertThat(outcome(ALICE, unchanged(tea, milk)))
                .as("what is gone keeps nothing behind it")
                .isEqualTo(new Outcome.DeletedMany(1, true));
        assertThat(outcome(ALICE, unchanged())).isEqualTo(new Outcome.DeletedMany(0));
    }

    private void updated(dev.mneme.core.model.MemoryId id, String text) {
        outcome(
                ALICE,
                new dev.mneme.core.command.Command.UpdateMemory(
                        id, text, null, null, null, null, dev.mneme.core.command.Command.ANY_VERSION));
    }

    private static dev.mneme.core.command.Command unchanged(Memory... memories) {
        return new dev.mneme.core.command.Command.DeleteUnchanged(java.util.Arrays.stream(memories)
                .map(memory -> new dev.mneme.core.command.Command.ForgetVersions.Version(memory.id(), memory.version()))
                .toList());
    }

    @Test
    void deleteMatchingOfNothingIsNoChange() {
        assertThat(outcome(ALICE, new DeleteMatching(Filter.scope(OwnerKind.RUN, "none"))))
                .isEqualTo(new Outcome.DeletedMany(0));
        assertThat(head(ALICE)).isZero();
    }

    @Test
    void aRejectedCommandHasNoEffectAndTheOthersStand() {
        AddMemory tea = add("alice", "likes tea");
        AddMemory chess = add("alice", "likes chess");

        WriteResult result = write(ALICE, tea, retext(id(ALICE), "x"), new DeleteMemory(tea.id(), 9), chess);

        assertThat(result.outcomes()).hasSize(4);
        assertEvent(result.outcomes().get(0), MemoryEvent.ADD);
        assertRejected(result.outcomes().get(1), ErrorCode.NOT_FOUND, null);
        assertConflict(result.outcomes().get(2), found(tea.id()));
        assertEvent(result.outcomes().get(3), MemoryEvent.ADD);
        assertThat(result.position().sequence()).isEqualTo(2);
        assertThat(texts(all(ALICE))).containsExactly("likes tea", "likes chess");
    }

    @Test
    void aCommandSeesWhatTheOnesBeforeItInTheSameWriteDid() {
        AddMemory tea = add("alice", "likes tea");

        WriteResult result = write(
                ALICE,
                tea,
                new UpdateMemory(tea.id(), "likes mate", null, null, null, null, 1),
                new DeleteMemory(tea.id(), 2));

        assertThat(result.outcomes().getLast()).isEqualTo(new Outcome.Deleted(tea.id()));
        assertThat(events(tea.id())).containsExactly(MemoryEvent.ADD, MemoryEvent.UPDATE, MemoryEvent.DELETE);
        assertThat(result.position().sequence()).isEqualTo(3);
    }

    @Test
    void aWriteOfNothingIsNothing() {
        WriteResult result = write(ALICE);

        assertThat(result.outcomes()).isEmpty();
        assertThat(result.position()).isEqualTo(store().head(ALICE));
        assertThat(head(ALICE)).isZero();
    }

    @Test
    void commandTimeNeverGoesBackEvenWhenTheClockDoes() {
        Memory first = added(add("alice", "likes tea"));
        clock.advance(Duration.ofHours(-1));
        Memory second = added(add("alice", "likes coffee"));
        assertThat(second.createdAt()).isEqualTo(first.createdAt());

        reopen();
        Memory third = added(add("alice", "likes mate"));
        assertThat(third.createdAt()).isEqualTo(first.createdAt());
    }

    @Test
    void commandTimeHasMilliseconds() {
        clock.advance(Duration.ofNanos(1_234_567));

        assertThat(added(add("alice", "likes tea")).createdAt()).isEqualTo(ManualClock.START.plusMillis(1));
    }

    @Test
    void anOwnersFirstVectorFixesItsEmbeddingSpace() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));

        AddMemory foreign = embedded(add("alice", "likes coffee"), vector(1, 0));
        assertRejected(outcome(ALICE, foreign), ErrorCode.EMBEDDER_MISMATCH, "vector");
        assertThat(store().find(foreign.id())).isEmpty();
        assertRejected(outcome(ALICE, reembed(tea.id(), null, 1, 0)), ErrorCode.EMBEDDER_MISMATCH, "vector");
        assertThat(found(tea.id())).isEqualTo(tea);
        assertEvent(outcome(ALICE, embedded(add("alice", "likes mate"), vector(0, 1, 0))), MemoryEvent.ADD);
        assertEvent(outcome(BOB, embedded(add("bob", "likes beer"), vector(1, 0))), MemoryEvent.ADD);
    }

    @Test
    void anotherEmbedderOfTheSameDimensionIsAnotherSpace() {
        added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));

        AddMemory foreign = embedded(
                add("alice", "likes coffee"), dev.mneme.core.model.Embedding.ofCaller("other", new float[] {1, 0, 0}));
        assertRejected(outcome(ALICE, foreign), ErrorCode.EMBEDDER_MISMATCH, "vector");
    }

    @Test
    void anUpdateCanBringTheFirstVector() {
        Memory tea = added(add("alice", "likes tea"));
        write(ALICE, reembed(tea.id(), null, 1, 0, 0));

        assertRejected(
                outcome(ALICE, embedded(add("alice", "likes coffee"), vector(1, 0))),
                ErrorCode.EMBEDDER_MISMATCH,
                "vector");
    }

    @Test
    void theEmbeddingSpaceOutlivesTheOwnersMemoriesAndAReopening() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));
        write(ALICE, delete(tea.id()));
        reopen();

        assertRejected(
                outcome(ALICE, embedded(add("alice", "likes coffee"), vector(1, 0))),
                ErrorCode.EMBEDDER_MISMATCH,
                "vector");
    }

    @Test
    void aVectorOfAnotherSpaceIsRefusedEvenWithADuplicate() {
        added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));

        assertRejected(
                outcome(ALICE, embedded(add("alice", "likes tea"), vector(1, 0))),
                ErrorCode.EMBEDDER_MISMATCH,
                "vector");
    }

    @Test
    void whatWasWrittenIsThereAfterReopening() {
        Memory tea = added(embedded(tagged(add("alice", "likes tea"), json("a", 1), "drinks"), vector(1, 0, 0)));
        Memory coffee = added(add("alice", "likes coffee"));
        write(ALICE, retext(coffee.id(), "likes mate"), delete(tea.id()));
        Memory mate = found(coffee.id());
        Owner bot = new Owner(Owner.DEFAULT_PROJECT, OwnerKind.AGENT, "bot");
        Memory bots = added(add(new ScopeIds(null, "bot", null, null), "knows chess"));
        String epoch = store().epoch();
        List<MemoryVersion> history = history(tea.id());

        reopen();

        assertThat(store().epoch()).isEqualTo(epoch);
        assertThat(all(ALICE)).containsExactly(mate);
        assertThat(all(bot)).containsExactly(bots);
        assertThat(history(tea.id())).isEqualTo(history);
        assertThat(head(ALICE)).isEqualTo(4);
        assertThat(write(ALICE, add("alice", "likes go")).position().sequence()).isEqualTo(5);
        assertThat(store().search(Fixtures.words(ALICE, "mate", now())).hits())
                .extracting(hit -> hit.memory().id())
                .contains(mate.id());
    }

    private static UpdateMemory update(
            MemoryId id, @Nullable List<String> categories, @Nullable Expiry expiry, long version) {
        return new UpdateMemory(id, null, null, null, categories, expiry, version);
    }

    private static UpdateMemory reembed(MemoryId id, @Nullable String text, float... numbers) {
        return new UpdateMemory(id, text, vector(numbers), null, null, null, Command.ANY_VERSION);
    }
}
