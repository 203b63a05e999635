package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.expiring;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.tagged;
import static dev.mneme.testkit.Fixtures.vector;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.PutDocument;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Command.Revision;
import dev.mneme.core.command.Command.Seen;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.SearchQuery;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a revision of an owner's memories brings about. For what it is refused: [RevisionConflictsPart].
abstract class RevisionsPart extends StorePart {
    private static final Field SUCCESSOR = new Field.Named(Filter.Name.REPLACED_BY);
    private static final Filter LATEST = new Compare(SUCCESSOR, Operator.EQ, new JsonNull());
    private static final Embedding EAST = vector(1, 0);

    static List<Seen> seen(Memory... memories) {
        return Arrays.stream(memories)
                .map(memory -> new Seen(memory.id(), memory.version()))
                .toList();
    }

    static Revise revise(List<Seen> seen, Revision... revisions) {
        return new Revise(seen, List.of(revisions), List.of());
    }

    static Revise replace(Memory memory, AddMemory fact) {
        return revise(seen(memory), new Revision.Replace(memory.id(), fact));
    }

    private void done(Revise revise) {
        assertThat(outcome(ALICE, revise)).isEqualTo(new Outcome.Done());
    }

    private List<String> found(String words, Filter filter) {
        SearchQuery query =
                new SearchQuery(ALICE, words, null, false, filter, 10, 0, false, now(), Duration.ofSeconds(10));
        return store().search(query).hits().stream()
                .map(hit -> hit.memory().text())
                .toList();
    }

    private List<Memory> byVector(Embedding vector) {
        SearchQuery query = new SearchQuery(
                ALICE,
                null,
                Fixtures.query(vector),
                true,
                Filter.And.ALL,
                10,
                0.5,
                false,
                now(),
                Duration.ofSeconds(10));
        return store().search(query).hits().stream().map(hit -> hit.memory()).toList();
    }

    @Test
    void aSupersededMemoryStaysAsItWasWithItsSuccessorsId() {
        Memory tea = added(embedded(tagged(add("alice", "likes tea"), json("a", 1), "drinks"), EAST));
        clock.advance(Duration.ofMinutes(1));
        AddMemory mate = add("alice", "likes mate");

        done(replace(tea, mate));

        Memory superseded = found(tea.id());
        assertThat(superseded.replacedBy()).isEqualTo(mate.id());
        assertThat(superseded.version()).isEqualTo(2);
        assertThat(superseded.createdAt()).isEqualTo(tea.createdAt());
        assertThat(superseded.updatedAt()).isEqualTo(now());
        assertThat(superseded.text()).isEqualTo("likes tea");
        assertThat(superseded.metadata()).isEqualTo(json("a", 1));
        assertThat(superseded.categories()).containsExactly("drinks");
        assertThat(byVector(EAST)).containsExactly(superseded);
        assertThat(history(tea.id()))
                .containsExactly(
                        new MemoryVersion(MemoryEvent.ADD, tea, 1, tea.createdAt(), "k1", "key:k1"),
                        new MemoryVersion(MemoryEvent.UPDATE, superseded, 2, now(), "k1", "key:k1"));
    }

    @Test
    void aNewFactIsAMemoryLikeAnyOther() {
        Memory tea = added(add("alice", "likes tea"));
        clock.advance(Duration.ofMinutes(1));
        AddMemory mate = embedded(tagged(add("alice", "likes mate"), json("b", 2), "drinks"), EAST);

        done(replace(tea, mate));

        Memory fact = found(mate.id());
        assertThat(fact.version()).isEqualTo(1);
        assertThat(fact.replacedBy()).isNull();
        assertThat(fact.createdAt()).isEqualTo(now());
        assertThat(fact.metadata()).isEqualTo(json("b", 2));
        assertThat(byVector(EAST)).containsExactly(fact);
        assertThat(events(mate.id())).containsExactly(MemoryEvent.ADD);
    }

    @Test
    void allOfItIsDoneAndToldInItsOrder() {
        Memory tea = added(add("alice", "likes tea"));
        Memory coffee = added(add("alice", "likes coffee"));
        AddMemory chess = add("alice", "plays chess");
        AddMemory mate = add("alice", "likes mate");

        done(new Revise(
                seen(coffee, tea),
                List.of(
                        new Revision.Remove(coffee.id()),
                        new Revision.Replace(tea.id(), mate),
                        new Revision.Add(chess)),
                List.of(new PutDocument("jobs", "j", json("done", true), 0))));

        assertThat(changes(ALICE, 2))
                .extracting(Change::type)
                .containsExactly(
                        ChangeType.MEMORY_DELETED,
                        ChangeType.MEMORY_ADDED,
                        ChangeType.MEMORY_UPDATED,
                        ChangeType.MEMORY_ADDED);
        assertThat(changes(ALICE, 2))
                .extracting(Change::subject)
                .containsExactly(coffee, found(mate.id()), found(tea.id()), found(chess.id()));
        assertThat(texts(all(ALICE))).containsExactly("likes tea", "likes mate", "plays chess");
        assertThat(events(coffee.id())).containsExactly(MemoryEvent.ADD, MemoryEvent.DELETE);
        assertThat(store().documents().find(ALICE, "jobs", "j").orElseThrow().data())
                .isEqualTo(json("done", true));
        assertThat(store().status().memories()).isEqualTo(3);
    }

    @Test
    void whatDecidesNothingChangesNoMemory() {
        Memory tea = added(add("alice", "likes tea"));

        done(new Revise(seen(tea), List.of(), List.of(new PutDocument("jobs", "j", json("done", true), 0))));

        assertThat(head(ALICE)).isEqualTo(1);
        assertThat(found(tea.id())).isEqualTo(tea);
        reopen();
        assertThat(store().documents().find(ALICE, "jobs", "j")).isPresent();
    }

    @Test
    void anOwnerWithNothingYetTakesOne() {
        AddMemory tea = add("alice", "likes tea");

        done(new Revise(List.of(), List.of(new Revision.Add(tea)), List.of()));
        assertThat(texts(all(ALICE))).containsExactly("likes tea");

        PutDocument put = new PutDocument("jobs", "j", json(), 0);
        Write ofDocuments = Fixtures.write(Fixtures.BOB, new Revise(List.of(), List.of(), List.of(put)));
        assertThat(store().write(ofDocuments).outcomes()).containsExactly(new Outcome.Done());
        reopen();
        assertThat(store().documents().find(Fixtures.BOB, "jobs", "j")).isPresent();
    }

    @Test
    void aSearchFindsTheNewAndTheFilterLeavesTheSupersededOut() {
        Memory tea = added(add("alice", "likes green tea"));
        done(replace(tea, add("alice", "likes black tea")));

        assertThat(found("tea", Filter.And.ALL)).containsExactlyInAnyOrder("likes green tea", "likes black tea");
        assertThat(found("tea", LATEST)).containsExactly("likes black tea");
        assertThat(found("tea", new Compare(SUCCESSOR, Operator.EXISTS, new JsonBoolean(true))))
                .containsExactly("likes green tea");
        assertThat(texts(list(ALICE, LATEST))).containsExactly("likes black tea");
        assertThat(texts(list(ALICE, new Compare(SUCCESSOR, Operator.EXISTS, new JsonBoolean(true)))))
                .containsExactly("likes green tea");
    }

    @Test
    void itIsAllThereAfterReopening() {
        Memory tea = added(embedded(add("alice", "likes green tea"), EAST));
        AddMemory mate = embedded(add("alice", "likes mate"), vector(0, 1));
        done(replace(tea, mate));
        List<Memory> before = all(ALICE);

        reopen();

        assertThat(all(ALICE)).isEqualTo(before);
        assertThat(found(tea.id()).replacedBy()).isEqualTo(mate.id());
        assertThat(events(tea.id())).containsExactly(MemoryEvent.ADD, MemoryEvent.UPDATE);
        assertThat(found("tea", LATEST)).isEmpty();
        assertThat(found("mate", LATEST)).containsExactly("likes mate");
        assertThat(byVector(EAST)).containsExactly(found(tea.id()));
        assertThat(changes(ALICE, 1))
                .extracting(Change::type)
                .containsExactly(ChangeType.MEMORY_ADDED, ChangeType.MEMORY_UPDATED);
    }

    @Test
    void theTextOfASupersededMemoryIsNewWhenItIsAddedAgain() {
        Memory tea = added(add("alice", "likes tea"));
        AddMemory mate = add("alice", "likes mate");
        done(replace(tea, mate));

        assertEvent(outcome(ALICE, add("alice", "likes mate")), MemoryEvent.NONE);
        AddMemory again = add("alice", "likes tea");
        assertEvent(outcome(ALICE, again), MemoryEvent.ADD);
        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes tea"))).id())
                .isEqualTo(again.id());
        reopen();
        assertThat(Fixtures.stored(write(ALICE, add("alice", "likes tea"))).id())
                .isEqualTo(again.id());
    }

    @Test
    void aFactMayGoBackToWhatWasSuperseded() {
        Memory tea = added(add("alice", "likes tea"));
        done(replace(tea, add("alice", "likes mate")));
        Memory mate = all(ALICE).getLast();
        AddMemory again = add("alice", "likes tea");

        done(replace(mate, again));

        assertThat(texts(list(ALICE, LATEST))).containsExactly("likes tea");
        assertThat(found(mate.id()).replacedBy()).isEqualTo(again.id());
        assertThat(found(tea.id()).replacedBy()).isEqualTo(mate.id());
    }

    @Test
    void aFactMaySayWordForWordWhatItReplacesOrWhatIsRemoved() {
        Memory tea = added(tagged(add("alice", "likes tea"), json("a", 1)));
        Memory coffee = added(add("alice", "likes coffee"));

        done(revise(
                seen(tea, coffee),
                new Revision.Replace(tea.id(), tagged(add("alice", "likes tea"), json("a", 2))),
                new Revision.Add(add("alice", "likes coffee")),
                new Revision.Remove(coffee.id())));

        assertThat(texts(list(ALICE, LATEST))).containsExactly("likes tea", "likes coffee");
    }

    @Test
    void aSupersededMemoryIsStillUpdatedAndDeleted() {
        Memory tea = added(add("alice", "likes tea"));
        AddMemory mate = add("alice", "likes mate");
        done(replace(tea, mate));

        assertEvent(outcome(ALICE, Fixtures.retext(tea.id(), "likes green tea")), MemoryEvent.UPDATE);
        assertThat(found(tea.id()).replacedBy()).isEqualTo(mate.id());
        assertEvent(outcome(ALICE, add("alice", "likes green tea")), MemoryEvent.ADD);

        write(ALICE, Fixtures.delete(mate.id()));
        assertThat(found(tea.id()).replacedBy()).as("it stays superseded").isEqualTo(mate.id());
        write(ALICE, Fixtures.delete(tea.id()));
        assertThat(store().find(tea.id())).isEmpty();
        write(ALICE, new Command.EraseOwner());
        assertThat(all(ALICE)).isEmpty();
        assertThat(store().history(tea.id())).isEmpty();
    }

    @Test
    void anExpiredMemoryMayBeSuperseded() {
        Memory tea = added(expiring(add("alice", "likes tea"), now().plusSeconds(10)));
        clock.advance(Duration.ofSeconds(10));
        AddMemory mate = add("alice", "likes mate");

        done(replace(tea, mate));

        assertThat(found(tea.id()).replacedBy()).isEqualTo(mate.id());
        assertThat(texts(all(ALICE))).containsExactly("likes mate");
    }

    @Test
    void anImportedSupersededMemoryIsNotTheSameAsANewOne() {
        Memory tea = added(add("alice", "likes tea"));
        done(replace(tea, add("alice", "likes mate")));
        Exported.OfMemory exported = new Exported.OfMemory(history(tea.id()), EAST);
        write(ALICE, new Command.EraseOwner());

        assertEvent(outcome(ALICE, new Command.Import(exported)), MemoryEvent.ADD);

        assertThat(found(tea.id())).isEqualTo(exported.newest().memory());
        assertThat(found(tea.id()).replacedBy()).isNotNull();
        assertThat(history(tea.id())).isEqualTo(exported.versions());
        assertEvent(outcome(ALICE, add("alice", "likes tea")), MemoryEvent.ADD);
    }

    @Test
    void aVectorOfTheSpaceToComeIsStagedAndASupersededMemoryKeepsIts() {
        Memory tea = added(embedded(add("alice", "likes tea"), vector(1, 0, 0)));
        write(ALICE, new Command.BeginSpace(EAST.space()), new Command.StageEmbedding(tea.id(), 1, EAST));
        AddMemory mate = embedded(add("alice", "likes mate"), EAST);

        done(replace(tea, mate));

        assertThat(store().unstaged(ALICE, 0, 10)).isEmpty();
        assertThat(outcome(ALICE, new Command.SwitchSpace(EAST.space()))).isEqualTo(new Outcome.Done());
        assertThat(byVector(EAST)).containsExactlyInAnyOrder(found(tea.id()), found(mate.id()));
        reopen();
        assertThat(byVector(EAST)).containsExactlyInAnyOrder(found(tea.id()), found(mate.id()));
    }

    @Test
    void whatAnInspiredInstanceRevisesIsLocalOnly() {
        Memory tea = added(add("alice", "likes tea"));
        Memory coffee = added(add("alice", "likes coffee"));
        Provenance desk = new Provenance("k1", "desk", true);
        AddMemory mate = add("alice", "likes mate");
        store().write(new Write(
                ALICE,
                desk,
                null,
                List.of(new Command.SwitchMode(
                        "desk", Mode.INSPIRED, null, null, null, null, null, Command.ANY_VERSION))));
        long before = head(ALICE);

        store().write(new Write(ALICE, desk, null, List.of(replace(tea, mate))));

        assertThat(found(mate.id()).localOnly()).isTrue();
        assertThat(found(tea.id()).localOnly()).isTrue();
        assertThat(found(coffee.id()).localOnly()).isFalse();
        assertThat(changes(ALICE, before))
                .hasSize(2)
                .allMatch(change -> change.announced().isEmpty());
    }

    @Test
    void whatIsAddedIsLocalOnlyIfTheRevisionSaysSo() {
        AddMemory mate = add("alice", "likes mate");
        long before = head(ALICE);

        done(new Revise(List.of(), List.of(new Revision.Add(mate)), List.of(), true));

        assertThat(found(mate.id()).localOnly()).isTrue();
        assertThat(changes(ALICE, before))
                .singleElement()
                .matches(change -> change.announced().isEmpty());
    }

    @Test
    void whatSupersedesAMemoryThatIsLocalOnlyIsSoToo() {
        AddMemory secret = add("alice", "likes tea");
        done(new Revise(List.of(), List.of(new Revision.Add(secret)), List.of(), true));
        AddMemory mate = add("alice", "likes mate, and once liked tea");

        done(replace(found(secret.id()), mate));

        assertThat(found(mate.id()).localOnly()).isTrue();
    }

    @Test
    void aRepeatedRequestRevisesOnce() {
        Memory tea = added(add("alice", "likes tea"));
        AddMemory mate = add("alice", "likes mate");
        MemoryId other = Fixtures.id(ALICE);

        WriteResult first = store().write(Fixtures.once(ALICE, "key", "body", replace(tea, mate)));
        WriteResult again =
                store().write(Fixtures.once(ALICE, "key", "body", replace(tea, Fixtures.withId(mate, other))));

        assertThat(first.outcomes()).containsExactly(new Outcome.Done());
        assertThat(again.outcomes()).containsExactly(new Outcome.Done());
        assertThat(again.replayed()).isTrue();
        assertThat(again.position()).isEqualTo(first.position());
        assertThat(store().find(other)).isEmpty();
        assertThat(head(ALICE)).isEqualTo(3);
    }

    @Test
    void commandsOfOneWriteSeeIt() {
        AddMemory tea = add("alice", "likes tea");
        AddMemory mate = add("alice", "likes mate");

        WriteResult result = write(
                ALICE,
                tea,
                revise(List.of(new Seen(tea.id(), 1)), new Revision.Replace(tea.id(), mate)),
                revise(List.of(new Seen(mate.id(), 1)), new Revision.Remove(mate.id())));

        assertThat(result.outcomes().subList(1, 3)).containsOnly(new Outcome.Done());
        assertThat(found(tea.id()).replacedBy()).isEqualTo(mate.id());
        assertThat(store().find(mate.id())).isEmpty();
    }
}
