package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.expiring;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.said;
import static dev.mneme.testkit.Fixtures.scope;
import static dev.mneme.testkit.Fixtures.tagged;
import static dev.mneme.testkit.Fixtures.vector;
import static dev.mneme.testkit.Fixtures.withoutDedupe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.ScopeIds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    void anotherSpeakersNameExpiryOrVectorMakesNoOtherMemoryAndIsNotTaken() {
        Memory tea = added(add("alice", "likes tea"));

        AddMemory again = new AddMemory(
                Fixtures.id(ALICE),
                ScopeIds.user("alice"),
                "likes tea",
                null,
                "Alice",
                json(),
                List.of(),
                null,
                now().plusSeconds(60),
                vector(1, 0, 0),
                true);
        assertThat(outcome(ALICE, again)).isEqualTo(new Outcome.Stored(MemoryEvent.NONE, tea));
        assertEvent(outcome(ALICE, embedded(add("alice", "likes mate"), vector(1, 0))), MemoryEvent.ADD);
    }

    @Test
    void whatTheExistingOneLacksIsMergedIntoIt() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", 1, "o", json("x", 1)), "drinks"));
        clock.advance(Duration.ofMinutes(1));

        Outcome outcome = outcome(
                ALICE,
                tagged(
                        add("alice", "likes tea"),
                        json("a", 2, "b", "new", "o", json("x", 2, "y", 3)),
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
    void metadataOfAnotherShapeIsNotMerged() {
        JsonArray array = new JsonArray(List.of(new JsonString("x")));
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", array, "b", json("c", 1), "d", "text")));

        AddMemory again = tagged(
                add("alice", "likes tea"),
                json("a", new JsonArray(List.of(new JsonString("y"))), "b", "text", "d", json("e", 1)));
        assertThat(outcome(ALICE, again)).isEqualTo(new Outcome.Stored(MemoryEvent.NONE, tea));
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
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.NONE);
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
