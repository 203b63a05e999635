package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.expiring;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.tagged;
import static dev.mneme.testkit.Fixtures.vector;
import static dev.mneme.testkit.Fixtures.withId;
import static dev.mneme.testkit.Fixtures.withoutDedupe;
import static dev.mneme.testkit.RevisionsPart.replace;
import static dev.mneme.testkit.RevisionsPart.revise;
import static dev.mneme.testkit.RevisionsPart.seen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.PutDocument;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Command.Revision;
import dev.mneme.core.command.Command.Seen;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// For what a revision is refused, and that nothing of it is done then. Each brings, beside its fault, a
/// fact, a replacement, a removal and a document that nothing is against.
abstract class RevisionConflictsPart extends StorePart {
    private static final PutDocument DONE = new PutDocument("jobs", "j", json("done", true), 0);

    /// What `revise` says, with one of everything else.
    private Revise beside(Revise revise) {
        Memory tea = added(add("alice", "likes tea"));
        Memory coffee = added(add("alice", "likes coffee"));
        List<Seen> seen = new ArrayList<>(seen(tea, coffee));
        seen.addAll(revise.seen());
        List<Revision> revisions = new ArrayList<>(List.of(
                new Revision.Add(add("alice", "plays chess")),
                new Revision.Replace(tea.id(), add("alice", "likes mate")),
                new Revision.Remove(coffee.id())));
        revisions.addAll(revise.revisions());
        List<PutDocument> documents = new ArrayList<>(List.of(DONE));
        documents.addAll(revise.documents());
        return new Revise(seen, revisions, documents);
    }

    /// What it is answered; nothing is done.
    private Outcome refused(Revise revise) {
        Revise whole = beside(revise);
        List<List<MemoryVersion>> before = histories();
        long head = head(ALICE);
        Outcome outcome = outcome(ALICE, whole);
        assertThat(histories()).isEqualTo(before);
        assertThat(head(ALICE)).isEqualTo(head);
        assertThat(store().documents().list(ALICE, "jobs", null, 10)).isEmpty();
        return outcome;
    }

    private List<List<MemoryVersion>> histories() {
        return all(ALICE).stream().map(memory -> history(memory.id())).toList();
    }

    @Test
    void withoutAFaultItIsDone() {
        assertThat(outcome(ALICE, beside(revise(List.of())))).isEqualTo(new Outcome.Done());
        assertThat(texts(all(ALICE))).containsExactly("likes tea", "plays chess", "likes mate");
        assertThat(store().documents().list(ALICE, "jobs", null, 10)).hasSize(1);
    }

    @Test
    void aSeenMemoryThatWasUpdatedIsAConflict() {
        Memory seen = added(add("alice", "owns a zebra"));
        Memory now = Fixtures.stored(write(ALICE, retext(seen.id(), "owns two zebras")));

        assertConflict(refused(revise(seen(seen))), now);
        assertConflict(refused(replace(seen, add("alice", "owns three zebras"))), now);
        assertConflict(refused(revise(seen(seen), new Revision.Remove(seen.id()))), now);
    }

    @Test
    void anEarlierVersionThanItsPresentOneAndALaterOneAreConflicts() {
        Memory zebra = added(add("alice", "owns a zebra"));

        assertConflict(refused(revise(List.of(new Seen(zebra.id(), 2)))), zebra);
        assertConflict(refused(revise(List.of(new Seen(zebra.id(), 0)))), zebra);
        assertConflict(refused(revise(List.of(new Seen(zebra.id(), Command.ANY_VERSION)))), zebra);
    }

    @Test
    void aSeenMemoryThatIsGoneIsAConflict() {
        Memory seen = added(add("alice", "owns a zebra"));
        write(ALICE, Fixtures.delete(seen.id()));

        assertRejected(refused(revise(seen(seen))), ErrorCode.VERSION_CONFLICT, null);
        assertRejected(refused(revise(List.of(new Seen(seen.id(), 2)))), ErrorCode.VERSION_CONFLICT, null);
        assertRejected(refused(revise(List.of(new Seen(Fixtures.id(ALICE), 1)))), ErrorCode.VERSION_CONFLICT, null);
    }

    @Test
    void aSeenMemoryThatIsSupersededIsAConflictAtAnyVersion() {
        Memory seen = added(add("alice", "owns a zebra"));
        write(ALICE, replace(seen, add("alice", "owns two zebras")));
        Memory now = found(seen.id());

        assertConflict(refused(revise(seen(seen))), now);
        assertConflict(refused(revise(seen(now))), now);
        assertConflict(refused(replace(now, add("alice", "owns three zebras"))), now);
    }

    @Test
    void anotherOwnersMemoryIsNone() {
        Memory bobs = added(add("bob", "owns a zebra"));

        assertRejected(refused(revise(seen(bobs), new Revision.Remove(bobs.id()))), ErrorCode.VERSION_CONFLICT, null);
        assertThat(found(bobs.id())).isEqualTo(bobs);
        assertThat(head(BOB)).isEqualTo(1);
    }

    @Test
    void aFactThatIsThereAlreadyIsAConflict() {
        Memory zebra = added(add("alice", "owns a zebra"));
        Memory dog = added(add("alice", "owns a dog"));

        assertConflict(refused(revise(List.of(), new Revision.Add(add("alice", " owns a zebra\n")))), zebra);
        assertConflict(
                refused(revise(
                        List.of(), new Revision.Add(tagged(add("alice", "owns a zebra"), json("from", "the zoo"))))),
                zebra);
        assertConflict(refused(replace(dog, add("alice", "owns a zebra"))), zebra);
        assertThat(outcome(ALICE, revise(List.of(), new Revision.Add(withoutDedupe(add("alice", "owns a zebra"))))))
                .isEqualTo(new Outcome.Done());
    }

    @Test
    void aFactJoinsTheSameMemoryThatWasSeen() {
        Memory zebra = added(expiring(add("alice", "owns a zebra"), now().plusSeconds(10)));

        AddMemory again = tagged(add("alice", "owns a zebra"), json("from", "the zoo"), "animals");
        assertThat(outcome(ALICE, revise(seen(zebra), new Revision.Add(again)))).isEqualTo(new Outcome.Done());

        Memory merged = found(zebra.id());
        assertThat(merged.version()).isEqualTo(2);
        assertThat(merged.metadata()).isEqualTo(json("from", "the zoo"));
        assertThat(merged.categories()).containsExactly("animals");
        assertThat(merged.expiresAt()).isNull();
        assertThat(all(ALICE)).containsExactly(merged);
        assertThat(outcome(ALICE, revise(seen(merged), new Revision.Add(again))))
                .isEqualTo(new Outcome.Done());
        assertThat(found(zebra.id())).isEqualTo(merged);
    }

    /// A memory that takes the place of another one is new: what it superseded leads to it.
    @Test
    void whatReplacesAMemoryJoinsNoOtherEvenIfThatWasSeen() {
        Memory zebra = added(add("alice", "owns a zebra"));
        Memory dog = added(add("alice", "owns a dog"));
        AddMemory same = add("alice", "owns a zebra");

        assertConflict(
                refused(revise(
                        List.of(new Seen(zebra.id(), 1), new Seen(dog.id(), 1)), new Revision.Replace(dog.id(), same))),
                zebra);
    }

    @Test
    void aFactThatContradictsTheSameTextIsAMemoryOfItsOwn() {
        Memory zebra = added(tagged(add("alice", "owns a zebra"), json("from", "Kenya")));
        AddMemory other = tagged(add("alice", "owns a zebra"), json("from", "the zoo"));

        assertThat(outcome(ALICE, revise(seen(zebra), new Revision.Add(other)))).isEqualTo(new Outcome.Done());
        assertThat(found(zebra.id())).isEqualTo(zebra);
        assertThat(found(other.id()).metadata()).isEqualTo(json("from", "the zoo"));
    }

    @Test
    void whatAConversationThatIsLocalOnlyBringsMakesTheMemoryLocalOnly() {
        Memory zebra = added(add("alice", "owns a zebra"));
        AddMemory other = tagged(add("alice", "owns a zebra"), json("from", "the zoo"));

        Outcome outcome =
                outcome(ALICE, new Command.Revise(seen(zebra), List.of(new Revision.Add(other)), List.of(), true));
        assertThat(outcome).isEqualTo(new Outcome.Done());
        assertThat(found(zebra.id()).localOnly()).isTrue();
    }

    @Test
    void anExpiredMemoryIsNotTheSame() {
        added(expiring(add("alice", "owns a zebra"), now().plusSeconds(10)));
        clock.advance(Duration.ofSeconds(10));

        assertThat(outcome(ALICE, revise(List.of(), new Revision.Add(add("alice", "owns a zebra")))))
                .isEqualTo(new Outcome.Done());
    }

    @Test
    void anIdThatWasUsedIsAConflict() {
        Memory zebra = added(add("alice", "owns a zebra"));

        assertConflict(
                refused(revise(List.of(), new Revision.Add(withId(add("alice", "owns a dog"), zebra.id())))), zebra);
        assertConflict(refused(replace(zebra, withId(add("alice", "owns a dog"), zebra.id()))), zebra);
    }

    @Test
    void whatContradictsItselfIsInvalid() {
        Memory zebra = added(add("alice", "owns a zebra"));
        AddMemory dog = add("alice", "owns a dog");
        AddMemory cat = add("alice", "owns a cat");

        assertInvalid("revisions", revise(List.of(), new Revision.Remove(zebra.id())));
        assertInvalid("revisions", revise(List.of(), new Revision.Replace(zebra.id(), dog)));
        assertInvalid(
                "revisions",
                revise(seen(zebra), new Revision.Remove(zebra.id()), new Revision.Replace(zebra.id(), dog)));
        assertInvalid(
                "revisions",
                revise(seen(zebra), new Revision.Replace(zebra.id(), dog), new Revision.Replace(zebra.id(), cat)));
        assertInvalid(
                "revisions", revise(seen(zebra), new Revision.Remove(zebra.id()), new Revision.Remove(zebra.id())));
        assertInvalid("revisions", revise(List.of(), new Revision.Add(dog), new Revision.Add(withId(cat, dog.id()))));
        assertInvalid(
                "revisions", revise(List.of(), new Revision.Add(dog), new Revision.Add(add("alice", "owns a dog "))));
        assertInvalid("documents", new Revise(List.of(), List.of(), List.of(DONE)));
    }

    @Test
    void moreThanItsLimitIsInvalid() {
        Memory zebra = added(add("alice", "owns a zebra"));
        Seen seen = seen(zebra).getFirst();

        assertInvalid("seen", revise(Collections.nCopies(Revise.MAX - 1, seen)));
        assertInvalid("revisions", new Revise(List.of(), facts(Revise.MAX - 2), List.of()));
        assertInvalid(
                "documents",
                new Revise(
                        List.of(),
                        List.of(),
                        IntStream.range(0, Revise.MAX)
                                .mapToObj(n -> new PutDocument("jobs", "n" + n, json(), 0))
                                .toList()));
        assertThat(outcome(ALICE, new Revise(Collections.nCopies(Revise.MAX, seen), facts(Revise.MAX), List.of())))
                .isEqualTo(new Outcome.Done());
    }

    private static List<Revision> facts(int count) {
        return IntStream.range(0, count)
                .<Revision>mapToObj(n -> new Revision.Add(add("alice", "owns " + n + " zebras")))
                .toList();
    }

    private void assertInvalid(String field, Revise revise) {
        assertRejected(refused(revise), ErrorCode.INVALID_REQUEST, field);
    }

    @Test
    void aVectorOfAnotherSpaceIsRefused() {
        added(embedded(add("alice", "owns a zebra"), vector(1, 0)));

        assertRejected(
                refused(revise(List.of(), new Revision.Add(embedded(add("alice", "owns a dog"), vector(1, 0, 0))))),
                ErrorCode.EMBEDDER_MISMATCH,
                "vector");
    }

    @Test
    void theFirstVectorsOfAnOwnerAreOfOneSpace() {
        assertRejected(
                refused(revise(
                        List.of(),
                        new Revision.Add(embedded(add("alice", "owns a zebra"), vector(1, 0))),
                        new Revision.Add(embedded(add("alice", "owns a dog"), vector(1, 0, 0))))),
                ErrorCode.EMBEDDER_MISMATCH,
                "vector");
        assertThat(store().head(ALICE).sequence()).isEqualTo(2);
        assertEvent(outcome(ALICE, embedded(add("alice", "owns a cat"), vector(1, 0, 0))), MemoryEvent.ADD);
    }

    @Test
    void aDocumentAtAnotherVersionIsAConflict() {
        assertRejected(ofDocument(new PutDocument("notes", "n", json("a", 2), 1)), ErrorCode.VERSION_CONFLICT, null);
        write(ALICE, new PutDocument("notes", "n", json("a", 1), 0));
        assertRejected(ofDocument(new PutDocument("notes", "n", json("a", 2), 0)), ErrorCode.VERSION_CONFLICT, null);
        assertRejected(ofDocument(new PutDocument("notes", "n", json("a", 2), 2)), ErrorCode.VERSION_CONFLICT, null);
        Document note = store().documents().find(ALICE, "notes", "n").orElseThrow();
        assertThat(note.data()).isEqualTo(json("a", 1));
    }

    @Test
    void aDocumentThatIsTooLargeIsRefused() {
        assertRejected(
                ofDocument(new PutDocument("notes", "n", json("a", "x".repeat((int) Document.MAX_SIZE)), 0)),
                ErrorCode.TOO_LARGE,
                null);
    }

    private Outcome ofDocument(PutDocument put) {
        Outcome outcome = refused(new Revise(List.of(), List.of(), List.of(put)));
        write(ALICE, new Command.DeleteMatching(Filter.And.ALL));
        return outcome;
    }

    @Test
    void aFactOfAnotherOwnerIsNotTaken() {
        Revise revise = revise(List.of(), new Revision.Add(add("bob", "owns a zebra")));

        assertThatThrownBy(() -> write(ALICE, revise))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        assertThat(head(BOB)).isZero();
    }

    @Test
    void aRepeatedRefusalSaysTheSame() {
        Memory seen = added(add("alice", "owns a zebra"));
        Memory now = Fixtures.stored(write(ALICE, retext(seen.id(), "owns two zebras")));
        Revise revise = revise(seen(seen), new Revision.Remove(seen.id()));

        assertConflict(
                store().write(Fixtures.once(ALICE, "key", "body", revise))
                        .outcomes()
                        .getFirst(),
                now);
        assertConflict(
                store().write(Fixtures.once(ALICE, "key", "body", revise))
                        .outcomes()
                        .getFirst(),
                now);
    }
}
