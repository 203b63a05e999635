package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.expiring;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.query;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.said;
import static dev.mneme.testkit.Fixtures.scope;
import static dev.mneme.testkit.Fixtures.tagged;
import static dev.mneme.testkit.Fixtures.vector;
import static dev.mneme.testkit.Fixtures.within;
import static dev.mneme.testkit.Fixtures.withoutDedupe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.SearchQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which adds are the same memory, and what the second brings to the first.
abstract class DuplicatesPart extends StorePart {
    private static final Instant TOLD = Instant.parse("2025-12-24T18:00:00Z");

    @Test
    void theSameMemoryIsAnsweredWithTheExistingOneAndLeavesNoTrace() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", 1), "drinks"));
        clock.advance(Duration.ofMinutes(1));

        AddMemory again = add("alice", "likes tea");
        assertThat(outcome(ALICE, again)).isEqualTo(new Outcome.Stored(MemoryEvent.NONE, tea));
        assertThat(store().find(again.id())).isEmpty();
        assertThat(store().history(again.id())).isEmpty();
        assertThat(all(ALICE)).containsExactly(tea);
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void textsAreComparedInFormNfcAndWithoutWhiteSpaceAtTheEnds() {
        Memory cafe = added(add("alice", "visits the caf\u00e9"));

        assertEvent(outcome(ALICE, add("alice", "\u2003visits the cafe\u0301 \n")), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, add("alice", "visits the cafe")), MemoryEvent.ADD);
        assertEvent(outcome(ALICE, add("alice", "Visits the caf\u00e9")), MemoryEvent.ADD);
        assertThat(found(cafe.id()).text()).isEqualTo("visits the caf\u00e9");
    }

    @Test
    void theFirstSpellingStays() {
        Memory cafe = added(add("alice", " visits the cafe\u0301"));

        assertEvent(outcome(ALICE, add("alice", "visits the caf\u00e9")), MemoryEvent.NONE);
        assertThat(found(cafe.id()).text()).isEqualTo(" visits the cafe\u0301");
    }

    @Test
    void anyOtherScopeIdRoleOrTimestampMakesAnotherMemory() {
        List<AddMemory> all = List.of(
                add("alice", "likes tea"),
                add(scope("alice", "bot", null, null), "likes tea"),
                add(scope("alice", null, "bot", null), "likes tea"),
                add(scope("alice", null, null, "bot"), "likes tea"),
                said(add("alice", "likes tea"), "user", null),
                said(add("alice", "likes tea"), "assistant", null),
                said(add("alice", "likes tea"), null, TOLD),
                said(add("alice", "likes tea"), null, TOLD.plusMillis(1)));

        all.forEach(add -> assertEvent(outcome(ALICE, add), MemoryEvent.ADD));
        all.forEach(add -> assertEvent(outcome(ALICE, Fixtures.withId(add, Fixtures.id(ALICE))), MemoryEvent.NONE));
        assertEvent(outcome(BOB, add("bob", "likes tea")), MemoryEvent.ADD);
    }

    @Test
    void anotherVectorMakesNoOtherMemoryAndIsNotTaken() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0)));

        assertThat(outcome(ALICE, embedded(add("alice", "likes tea"), vector(0, 1))))
                .isEqualTo(new Outcome.Stored(MemoryEvent.NONE, tea));
        assertThat(hits(ALICE, vector(1, 0))).containsExactly(tea.id());
    }

    @Test
    void aVectorThatTheExistingOneLacksIsMergedIntoIt() {
        Memory tea = added(add("alice", "likes tea"));
        assertThat(hits(ALICE, vector(1, 0))).isEmpty();

        assertEvent(outcome(ALICE, embedded(add("alice", "likes tea"), vector(1, 0))), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).version()).isEqualTo(2);
        assertThat(hits(ALICE, vector(1, 0))).containsExactly(tea.id());
    }

    @Test
    void aVectorStaysWhereMoreIsMergedIntoItsMemory() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0)));

        assertEvent(outcome(ALICE, tagged(add("alice", "likes tea"), json("a", 1))), MemoryEvent.UPDATE);
        assertThat(hits(ALICE, vector(1, 0))).containsExactly(tea.id());
    }

    @Test
    void theLongerLifeWins() {
        Instant soon = now().plusSeconds(60);
        Instant later = now().plusSeconds(120);
        Memory tea = added(expiring(add("alice", "likes tea"), soon));

        assertEvent(outcome(ALICE, expiring(add("alice", "likes tea"), soon.minusMillis(1))), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, expiring(add("alice", "likes tea"), soon)), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, expiring(add("alice", "likes tea"), later)), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).expiresAt()).isEqualTo(later);
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).expiresAt()).isNull();
        assertEvent(outcome(ALICE, expiring(add("alice", "likes tea"), later)), MemoryEvent.NONE);
        assertThat(found(tea.id()).version()).isEqualTo(3);
        clock.advance(Duration.ofMinutes(3));
        assertThat(found(tea.id()).expired(now())).isFalse();
    }

    @Test
    void aSpeakerIsTakenOnAndTwoSpeakersAreTwoMemories() {
        Memory tea = added(add("alice", "likes tea"));

        assertEvent(outcome(ALICE, spoken(add("alice", "likes tea"), "Alice")), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).name()).isEqualTo("Alice");
        assertEvent(outcome(ALICE, spoken(add("alice", "likes tea"), "Bob")), MemoryEvent.ADD);
        assertEvent(outcome(ALICE, spoken(add("alice", "likes tea"), "Bob")), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.NONE);
        assertThat(all(ALICE)).hasSize(2);
    }

    private List<MemoryId> hits(Owner owner, Embedding near) {
        return store()
                .search(new SearchQuery(
                        owner, "", query(near), true, Filter.And.ALL, 10, 0, false, now(), Duration.ofSeconds(10)))
                .hits()
                .stream()
                .map(hit -> hit.memory().id())
                .toList();
    }

    private static AddMemory spoken(AddMemory add, String name) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                name,
                add.metadata(),
                add.categories(),
                add.timestamp(),
                add.expiresAt(),
                add.embedding(),
                add.dedupe());
    }

    @Test
    void whatTheExistingOneLacksIsMergedIntoIt() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", 1, "o", json("x", 1)), "drinks"));
        clock.advance(Duration.ofMinutes(1));

        Outcome outcome = outcome(
                ALICE,
                tagged(
                        add("alice", "likes tea"),
                        json("b", "new", "o", json("x", 1, "y", 3)),
                        "hot",
                        "drinks",
                        "hot",
                        "green"));

        assertEvent(outcome, MemoryEvent.UPDATE);
        Memory merged = found(tea.id());
        assertThat(((Outcome.Stored) outcome).memory()).isEqualTo(merged);
        assertThat(merged.metadata()).isEqualTo(json("a", 1, "o", json("x", 1, "y", 3), "b", "new"));
        assertThat(merged.categories()).containsExactly("drinks", "hot", "green");
        assertThat(merged.version()).isEqualTo(2);
        assertThat(merged.updatedAt()).isEqualTo(now());
        assertThat(events(tea.id())).containsExactly(MemoryEvent.ADD, MemoryEvent.UPDATE);
        assertThat(head(ALICE)).isEqualTo(2);
    }

    @Test
    void metadataThatContradictsMakesAnotherMemory() {
        JsonArray array = new JsonArray(List.of(new JsonString("x")));
        JsonObject tea = json("a", array, "b", json("c", 1), "d", "text", "e", 1);
        List<JsonObject> others = List.of(
                json("a", new JsonArray(List.of(new JsonString("y")))),
                json("b", "text"),
                json("b", json("c", 2)),
                json("d", json("e", 1)),
                json("e", 2, "f", "new"));

        for (JsonObject other : others) {
            String text = "likes tea, " + others.indexOf(other);
            Memory first = added(tagged(add("alice", text), tea));
            assertEvent(outcome(ALICE, tagged(add("alice", text), other)), MemoryEvent.ADD);
            assertEvent(outcome(ALICE, tagged(add("alice", text), other)), MemoryEvent.NONE);
            assertThat(found(first.id())).isEqualTo(first);
        }
        assertThat(all(ALICE)).hasSize(10);
        assertThat(all(ALICE).stream().map(Memory::metadata)).containsAll(others);
    }

    @Test
    void whatWouldBeTooMuchTogetherIsTwoMemories() {
        String[] many = IntStream.range(0, 60).mapToObj(i -> "c" + i).toArray(String[]::new);
        String[] others = IntStream.range(60, 120).mapToObj(i -> "c" + i).toArray(String[]::new);
        added(tagged(add("alice", "likes tea"), json(), many));

        assertEvent(outcome(ALICE, tagged(add("alice", "likes tea"), json(), others)), MemoryEvent.ADD);
        assertEvent(outcome(ALICE, tagged(add("alice", "likes tea"), json(), others)), MemoryEvent.NONE);
    }

    /// `{"a":"xx","b":"…"}` is 2 + 2 × (1 + 4) + (2 + 2) + (2 + n) bytes.
    @Test
    void metadataBeyondTheNewcomersLimitMakesAnotherMemory() {
        for (String letters : List.of("yyyy", "\u00e4\u00e4", "\ud83c\udf75")) {
            AddMemory tea = tagged(add("alice", "likes " + letters), json("a", "xx"));
            AddMemory more = tagged(add("alice", "likes " + letters), json("b", letters));
            added(tea);

            assertEvent(outcome(ALICE, within(withFreshId(more), 21)), MemoryEvent.ADD);
            assertThat(found(tea.id()).metadata()).isEqualTo(json("a", "xx"));
            assertEvent(outcome(ALICE, within(withFreshId(more), 21)), MemoryEvent.NONE);
            assertEvent(
                    outcome(ALICE, within(tagged(add("alice", "likes " + letters), json("b", "other")), 23)),
                    MemoryEvent.UPDATE);
        }
    }

    @Test
    void metadataUpToTheNewcomersLimitIsMerged() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", "xx")));

        assertEvent(
                outcome(ALICE, within(tagged(add("alice", "likes tea"), json("b", "yyyy")), 22)), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).metadata()).isEqualTo(json("a", "xx", "b", "yyyy"));
        assertEvent(outcome(ALICE, within(tagged(add("alice", "likes tea"), json("b", "yyyy")), 1)), MemoryEvent.NONE);
    }

    private static AddMemory withFreshId(AddMemory add) {
        return Fixtures.withId(add, Fixtures.id(ALICE));
    }

    @Test
    void metadataThatWouldBeTooMuchTogetherIsTwoMemories() {
        String much = "x".repeat((int) Memory.MAX_METADATA / 2);
        added(tagged(add("alice", "likes tea"), json("a", much)));

        assertEvent(outcome(ALICE, tagged(add("alice", "likes tea"), json("b", much))), MemoryEvent.ADD);
        assertEvent(outcome(ALICE, tagged(add("alice", "likes tea"), json("b", much))), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, tagged(add("alice", "likes tea"), json("a", much))), MemoryEvent.NONE);
    }

    @Test
    void aRepetitionIsKnownAmongTheLatestOfOneText() {
        for (int i = 0; i < 70; i++) {
            assertEvent(outcome(ALICE, tagged(add("alice", "ok"), json("message", i))), MemoryEvent.ADD);
        }
        assertEvent(outcome(ALICE, tagged(add("alice", "ok"), json("message", 69))), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, tagged(add("alice", "ok"), json("message", 6))), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, tagged(add("alice", "ok"), json("message", 0))), MemoryEvent.ADD);
        assertThat(all(ALICE)).hasSize(71);
    }

    /// Those that were added without asking count, though more of them are known.
    @Test
    void ofAnyNumberThatWereAddedTheLatestAreLookedAt() {
        for (int i = 0; i < 70; i++) {
            added(withoutDedupe(tagged(add("alice", "ok"), json("message", i))));
        }
        assertEvent(outcome(ALICE, tagged(add("alice", "ok"), json("message", 6))), MemoryEvent.NONE);
        assertEvent(outcome(ALICE, tagged(add("alice", "ok"), json("message", 5))), MemoryEvent.ADD);
    }

    @Test
    void whatIsDeletedDoesNotCountAmongTheLatest() {
        added(add("alice", "ok"));
        for (int i = 0; i < 70; i++) {
            Memory gone = added(withoutDedupe(tagged(add("alice", "ok"), json("message", i))));
            write(ALICE, delete(gone.id()));
        }
        assertEvent(outcome(ALICE, add("alice", "ok")), MemoryEvent.NONE);
    }

    @Test
    void nullInMetadataIsTheSameAsMissing() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", new JsonNull())));

        assertEvent(
                outcome(ALICE, tagged(add("alice", "likes tea"), json("a", new JsonNull(), "b", new JsonNull()))),
                MemoryEvent.NONE);
        assertEvent(outcome(ALICE, tagged(add("alice", "likes tea"), json("a", 1))), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).metadata()).isEqualTo(json("a", 1));
    }

    @Test
    void theMemoryAsItIsNowIsCompared() {
        Memory tea = added(add("alice", "likes tea"));
        write(ALICE, retext(tea.id(), "likes coffee"));

        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes coffee"))).id())
                .isEqualTo(tea.id());
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.ADD);
    }

    @Test
    void anUpdateMayMakeTwoMemoriesAlike() {
        Memory tea = added(add("alice", "likes tea"));
        Memory coffee = added(add("alice", "likes coffee"));

        assertEvent(outcome(ALICE, retext(coffee.id(), "likes tea")), MemoryEvent.UPDATE);
        write(ALICE, delete(tea.id()));
        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes tea"))).id())
                .isEqualTo(coffee.id());
    }

    @Test
    void ofSeveralAlikeTheOneWithTheLowestIdIsTheExistingOne() {
        Memory first = added(add("alice", "likes tea"));
        Memory second = added(withoutDedupe(add("alice", "likes tea")));
        Memory third = added(withoutDedupe(add("alice", "likes tea")));

        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes tea")))).isEqualTo(first);
        write(ALICE, delete(first.id()));
        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes tea")))).isEqualTo(second);
        write(ALICE, delete(second.id()));
        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes tea")))).isEqualTo(third);
    }

    @Test
    void theLowestIdCountsWhateverCameFirst() {
        List<MemoryId> ids =
                IntStream.range(0, 3).mapToObj(i -> Fixtures.id(ALICE)).sorted().toList();
        for (int each : List.of(1, 0, 2)) {
            added(Fixtures.withId(withoutDedupe(add("alice", "likes tea")), ids.get(each)));
        }

        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes tea"))).id())
                .isEqualTo(ids.getFirst());
    }

    @Test
    void withoutDedupeTheSameIsAddedAgain() {
        added(add("alice", "likes tea"));

        assertEvent(outcome(ALICE, withoutDedupe(add("alice", "likes tea"))), MemoryEvent.ADD);
        assertThat(all(ALICE)).hasSize(2);
    }

    @Test
    void aDeletedMemoryHasNoDuplicates() {
        Memory tea = added(add("alice", "likes tea"));
        write(ALICE, delete(tea.id()));

        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.ADD);
    }

    @Test
    void aMemoryThatIsExpiredAtTheCommandTimeHasNoDuplicates() {
        added(expiring(add("alice", "likes tea"), now().plusSeconds(10)));

        clock.advance(Duration.ofSeconds(10).minusMillis(1));
        AddMemory again = expiring(add("alice", "likes tea"), now().plusMillis(1));
        assertEvent(outcome(ALICE, again), MemoryEvent.NONE);
        clock.advance(Duration.ofMillis(1));
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.ADD);
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.NONE);
    }

    @Test
    void duplicatesWithinOneWriteAreDecidedInOrder() {
        AddMemory tea = add("alice", "likes tea");

        WriteResult result = write(
                ALICE,
                tea,
                add("alice", "likes tea"),
                tagged(add("alice", "likes tea"), json("a", 1)),
                delete(tea.id()),
                add("alice", "likes tea"));

        assertEvent(result.outcomes().get(0), MemoryEvent.ADD);
        assertEvent(result.outcomes().get(1), MemoryEvent.NONE);
        assertEvent(result.outcomes().get(2), MemoryEvent.UPDATE);
        assertEvent(result.outcomes().get(4), MemoryEvent.ADD);
        assertThat(result.position().sequence()).isEqualTo(4);
    }

    @Test
    void duplicatesAreFoundAfterReopening() {
        Memory tea = added(add("alice", "likes tea"));
        reopen();

        assertThat(outcome(ALICE, add("alice", "likes tea"))).isEqualTo(new Outcome.Stored(MemoryEvent.NONE, tea));
    }
}
