package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Documents;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Documents, of owners and of the server.
abstract class DocumentsPart extends StorePart {
    private static final Owner ALICE = Owner.user("alice");
    private static final Owner BOB = Owner.user("bob");

    @Test
    void aDocumentIsKeptWithItsTimesAndVersion() {
        JsonObject first = Fixtures.json("a", 1);
        JsonObject second = Fixtures.json("a", 2);

        assertThat(put("notes", "n", first, 0)).isEqualTo(new Outcome.Done());
        clock.advance(Duration.ofMinutes(1));
        assertThat(put("notes", "n", second, 1)).isEqualTo(new Outcome.Done());

        Document expected =
                new Document("notes", "n", second, 2, ManualClock.START, ManualClock.START.plus(Duration.ofMinutes(1)));
        assertThat(store().documents().find(ALICE, "notes", "n")).contains(expected);
        reopen();
        assertThat(store().documents().find(ALICE, "notes", "n")).contains(expected);
    }

    @Test
    void aWriterWhoSawAnotherVersionIsRefused() {
        put("notes", "n", Fixtures.json("a", 1), 0);

        assertRejected(put("notes", "n", Fixtures.json("a", 2), 0), ErrorCode.VERSION_CONFLICT, null);
        assertRejected(put("notes", "n", Fixtures.json("a", 2), 2), ErrorCode.VERSION_CONFLICT, null);
        assertRejected(put("notes", "m", Fixtures.json("a", 2), 1), ErrorCode.VERSION_CONFLICT, null);
        assertRejected(outcome(ALICE, new Command.DeleteDocument("notes", "n", 2)), ErrorCode.VERSION_CONFLICT, null);
        assertThat(data(ALICE, "notes", "n")).isEqualTo(Fixtures.json("a", 1));
    }

    @Test
    void aDocumentIsOfItsOwnerAndCollectionAlone() {
        put("notes", "n", Fixtures.json("a", 1), 0);
        outcome(BOB, new Command.PutDocument("notes", "n", Fixtures.json("a", 2), 0));
        put("note", "sn", Fixtures.json("a", 3), 0);

        assertThat(data(ALICE, "notes", "n")).isEqualTo(Fixtures.json("a", 1));
        assertThat(data(BOB, "notes", "n")).isEqualTo(Fixtures.json("a", 2));
        assertThat(ids(ALICE, "notes", null, 10)).containsExactly("n");
        assertThat(ids(ALICE, "note", null, 10)).containsExactly("sn");
    }

    @Test
    void aCollectionIsReadPageByPage() {
        List.of("c", "a", "d", "b").forEach(id -> put("notes", id, JsonObject.EMPTY, 0));

        assertThat(ids(ALICE, "notes", null, 3)).containsExactly("a", "b", "c");
        assertThat(ids(ALICE, "notes", "c", 3)).containsExactly("d");
        assertThat(ids(ALICE, "notes", "bb", 1)).containsExactly("c");
    }

    @Test
    void aDeletedDocumentIsGone() {
        put("notes", "n", Fixtures.json("a", 1), 0);

        assertThat(outcome(ALICE, new Command.DeleteDocument("notes", "n", 1))).isEqualTo(new Outcome.Done());

        assertThat(store().documents().find(ALICE, "notes", "n")).isEmpty();
        assertRejected(
                outcome(ALICE, new Command.DeleteDocument("notes", "n", Command.ANY_VERSION)),
                ErrorCode.NOT_FOUND,
                null);
    }

    @Test
    void anErasedOwnerHasNone() {
        added(Fixtures.add("alice", "likes tea"));
        put("notes", "n", Fixtures.json("a", 1), 0);

        outcome(ALICE, new Command.EraseOwner());

        assertThat(store().documents().find(ALICE, "notes", "n")).isEmpty();
        reopen();
        assertThat(ids(ALICE, "notes", null, 10)).isEmpty();
    }

    /// By its id, by a filter, and within the write that put it.
    @Test
    void feedbackGoesWithItsMemory() {
        MemoryId one = added(Fixtures.add("alice", "likes tea")).id();
        MemoryId two = added(Fixtures.add("alice", "likes coffee")).id();
        MemoryId three = added(Fixtures.add("alice", "likes water")).id();
        for (MemoryId id : List.of(one, two, three)) {
            put(Document.FEEDBACK, id.toString(), Fixtures.json("value", "POSITIVE"), 0);
            put("notes", id.toString(), JsonObject.EMPTY, 0);
        }

        assertThat(outcome(ALICE, new Command.DeleteMemory(one, 7))).isInstanceOf(Outcome.Rejected.class);
        assertThat(ids(ALICE, Document.FEEDBACK, null, 10)).hasSize(3);
        outcome(ALICE, new Command.DeleteMemory(one, Command.ANY_VERSION));
        assertThat(ids(ALICE, Document.FEEDBACK, null, 10)).containsExactlyInAnyOrder(two.toString(), three.toString());
        put(Document.FEEDBACK, two.toString(), Fixtures.json("value", "NEGATIVE"), 1);
        outcome(ALICE, new Command.DeleteMatching(Filter.And.ALL));
        reopen();
        assertThat(ids(ALICE, Document.FEEDBACK, null, 10)).isEmpty();
        assertThat(ids(ALICE, "notes", null, 10)).as("no other collection").hasSize(3);
    }

    /// Whatever removed the memory could not know of it any more.
    @Test
    void feedbackOnAMemoryThatIsNotThereIsRefused() {
        MemoryId gone = added(Fixtures.add("alice", "likes tea")).id();
        outcome(ALICE, new Command.DeleteMemory(gone, Command.ANY_VERSION));
        MemoryId bobs = added(Fixtures.add("bob", "likes tea")).id();
        for (String id : List.of(gone.toString(), bobs.toString(), "no id")) {
            Outcome refused = put(Document.FEEDBACK, id, Fixtures.json("value", "POSITIVE"), 0);
            assertRejected(refused, ErrorCode.NOT_FOUND, null);
        }
        assertThat(ids(ALICE, Document.FEEDBACK, null, 10)).isEmpty();
    }

    @Test
    void feedbackGoesWithAMemoryThatItsRevisionRemoves() {
        Memory tea = added(Fixtures.add("alice", "likes tea"));
        Command.PutDocument feedback =
                new Command.PutDocument(Document.FEEDBACK, tea.id().toString(), JsonObject.EMPTY, 0);
        Command.Revise revise = new Command.Revise(
                List.of(new Command.Seen(tea.id(), tea.version())),
                List.of(new Command.Revision.Remove(tea.id())),
                List.of(feedback));

        assertThat(outcome(ALICE, revise)).isEqualTo(new Outcome.Done());
        assertThat(ids(ALICE, Document.FEEDBACK, null, 10)).isEmpty();
    }

    @Test
    void itIsNoChangeAndNoMemory() {
        added(Fixtures.add("alice", "likes tea"));

        put("notes", "n", Fixtures.json("a", 1), 0);

        assertThat(head(ALICE)).isEqualTo(1);
        assertThat(changes(ALICE, 0)).hasSize(1);
        assertThat(store().status().memories()).isEqualTo(1);
    }

    @Test
    void whatIsTooLargeIsRefused() {
        assertRejected(
                put("notes", "n", Fixtures.json("a", "x".repeat((int) Document.MAX_SIZE)), 0),
                ErrorCode.TOO_LARGE,
                null);
    }

    @Test
    void aNameThatNoDocumentCanHaveIsRefused() {
        assertThatThrownBy(() -> new Command.PutDocument("No tes", "n", JsonObject.EMPTY, 0))
                .isInstanceOf(MnemeException.class);
        assertThatThrownBy(() -> new Command.DeleteDocument("notes", "", 0)).isInstanceOf(MnemeException.class);
    }

    @Test
    void theServersOwnAreApart() {
        ofServer(new Command.PutDocument("notes", "n", Fixtures.json("a", 1), 0));
        put("notes", "mine", Fixtures.json("a", 2), 0);

        reopen();
        assertThat(store().systemDocuments().list(Documents.SYSTEM, "notes", null, 10))
                .extracting(Document::id)
                .containsExactly("n");
        assertThat(ids(ALICE, "notes", null, 10)).containsExactly("mine");
        ofServer(new Command.DeleteDocument("notes", "n", 1));
        assertThat(store().systemDocuments().find(Documents.SYSTEM, "notes", "n"))
                .isEmpty();
    }

    private void ofServer(Command command) {
        assertThat(store().writeSystem(new Write(Documents.SYSTEM, Fixtures.BY, null, List.of(command)))
                        .outcomes())
                .containsExactly(new Outcome.Done());
    }

    private Outcome put(String collection, String id, JsonObject data, long expectedVersion) {
        return outcome(ALICE, new Command.PutDocument(collection, id, data, expectedVersion));
    }

    private JsonObject data(Owner owner, String collection, String id) {
        return store().documents().find(owner, collection, id).orElseThrow().data();
    }

    private List<String> ids(
            Owner owner, String collection, @org.jspecify.annotations.Nullable String after, int limit) {
        return store().documents().list(owner, collection, after, limit).stream()
                .map(Document::id)
                .toList();
    }
}
