package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.patch;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.BeginSpace;
import dev.mneme.core.command.Command.DropOldVectors;
import dev.mneme.core.command.Command.EraseOwner;
import dev.mneme.core.command.Command.StageEmbedding;
import dev.mneme.core.command.Command.SwitchSpace;
import dev.mneme.core.command.Command.UpdateMemory;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.OwnerSpaces.SpacePage;
import dev.mneme.core.spi.OwnerSpaces.Unstaged;
import dev.mneme.core.spi.SearchQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// An owner's vectors on their way to another space. The old one has three dimensions here, the new one two.
abstract class SpacesPart extends StorePart {
    private static final EmbeddingSpace OLD = new EmbeddingSpace(EmbeddingSpace.CALLER, 3);
    private static final EmbeddingSpace NEW = new EmbeddingSpace(EmbeddingSpace.CALLER, 2);
    private static final Embedding EAST = vector(1, 0);
    private static final Embedding NORTH = vector(0, 1);

    private Memory tea(Embedding embedding) {
        return added(embedded(add("alice", "likes tea"), embedding));
    }

    private Memory chess(Embedding embedding) {
        return added(embedded(add("alice", "plays chess"), embedding));
    }

    private Outcome stage(Memory memory, Embedding embedding) {
        return outcome(ALICE, new StageEmbedding(memory.id(), memory.version(), embedding));
    }

    private Outcome switchSpace() {
        return outcome(ALICE, new SwitchSpace(NEW));
    }

    private void begin() {
        assertThat(outcome(ALICE, new BeginSpace(NEW))).isInstanceOf(Outcome.Done.class);
    }

    /// What the vector alone finds, best first.
    private List<String> near(Embedding vector) {
        return store()
                .search(new SearchQuery(
                        ALICE,
                        null,
                        Fixtures.query(vector),
                        true,
                        Filter.And.ALL,
                        10,
                        0.5,
                        false,
                        now(),
                        Duration.ofSeconds(10)))
                .hits()
                .stream()
                .map(hit -> hit.memory().text())
                .toList();
    }

    private List<String> words(String text) {
        return store().search(Fixtures.words(ALICE, text, now())).hits().stream()
                .map(hit -> hit.memory().text())
                .toList();
    }

    private List<MemoryId> missing() {
        return store().unstaged(ALICE, 0, 100).stream()
                .map(each -> each.memory().id())
                .toList();
    }

    private void assertForeign(Embedding vector) {
        assertThatThrownBy(() -> near(vector))
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH));
    }

    private static UpdateMemory revise(MemoryId id, String text, Embedding embedding) {
        return new UpdateMemory(id, text, embedding, null, null, null, Command.ANY_VERSION);
    }

    @Test
    void whatIsStagedShowsNowhere() {
        Memory tea = tea(vector(1, 0, 0));
        Memory chess = chess(vector(0, 1, 0));
        List<Change> changes = changes(ALICE, 0);

        begin();
        stage(tea, NORTH);
        stage(chess, EAST);

        assertThat(found(tea.id())).isEqualTo(tea);
        assertThat(events(tea.id())).containsExactly(MemoryEvent.ADD);
        assertThat(changes(ALICE, 0)).isEqualTo(changes);
        assertThat(head(ALICE)).isEqualTo(2);
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
        assertForeign(EAST);
    }

    /// A duplicate's vector of the space to come: it is made anew, of the memory as it is.
    @Test
    void aDuplicateBringsNoVectorOfTheSpaceToCome() {
        tea(vector(1, 0, 0));
        Memory wordsOnly = added(add("alice", "owns two zebras"));
        begin();

        assertThat(outcome(ALICE, Fixtures.embedded(add("alice", "owns two zebras"), NORTH)))
                .isEqualTo(new Outcome.Stored(MemoryEvent.NONE, wordsOnly));
        assertThat(missing()).contains(wordsOnly.id());
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
    }

    @Test
    void theSwitchBringsTheStagedVectorsAndNothingElse() {
        Memory tea = tea(vector(1, 0, 0));
        Memory chess = chess(vector(0, 1, 0));
        List<Change> changes = changes(ALICE, 0);
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
        begin();
        stage(tea, NORTH);
        stage(chess, EAST);

        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);

        assertThat(near(NORTH)).containsExactly("likes tea");
        assertThat(near(EAST)).containsExactly("plays chess");
        assertForeign(vector(1, 0, 0));
        assertThat(words("chess")).containsExactly("plays chess");
        assertThat(all(ALICE)).containsExactly(tea, chess);
        assertThat(changes(ALICE, 0)).isEqualTo(changes);
        assertThat(head(ALICE)).isEqualTo(2);
        assertThat(store().space(ALICE).now()).isEqualTo(NEW);
        assertThat(store().space(ALICE).next()).isNull();
        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void theSwitchIsRefusedWhileOneIsMissing() {
        Memory tea = tea(vector(1, 0, 0));
        Memory chess = chess(vector(0, 1, 0));
        Memory wordsOnly = added(add("alice", "owns two zebras"));
        begin();
        assertThat(missing()).containsExactly(tea.id(), chess.id(), wordsOnly.id());
        stage(tea, NORTH);
        stage(wordsOnly, NORTH);

        assertRejected(switchSpace(), ErrorCode.VERSION_CONFLICT, null);
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
        assertThat(missing()).containsExactly(chess.id());

        stage(chess, EAST);
        assertThat(missing()).isEmpty();
        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);
        assertThat(near(EAST)).containsExactly("plays chess");
    }

    @Test
    void aVectorOfAnEarlierTextDoesNotCount() {
        Memory tea = tea(vector(1, 0, 0));
        begin();
        stage(tea, NORTH);

        write(ALICE, retext(tea.id(), "likes coffee"));

        assertThat(missing()).containsExactly(tea.id());
        assertRejected(switchSpace(), ErrorCode.VERSION_CONFLICT, null);
        assertConflict(stage(tea, NORTH), found(tea.id()));
        assertRejected(switchSpace(), ErrorCode.VERSION_CONFLICT, null);
        stage(found(tea.id()), EAST);
        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);
        assertThat(near(EAST)).containsExactly("likes coffee");
    }

    @Test
    void aVectorOutlivesAChangeThatLeavesTheText() {
        Memory tea = tea(vector(1, 0, 0));
        begin();
        stage(tea, NORTH);

        write(ALICE, patch(tea.id(), Fixtures.json("a", 1)));

        assertThat(missing()).isEmpty();
        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);
        assertThat(near(NORTH)).containsExactly("likes tea");
    }

    @Test
    void addsAndUpdatesOfTheNewSpaceAreStagedAndFoundByTheirWords() {
        Memory tea = tea(vector(1, 0, 0));
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
        begin();

        Memory chess = chess(EAST);
        write(ALICE, revise(tea.id(), "likes mate", NORTH));

        assertThat(words("chess")).containsExactly("plays chess");
        assertThat(words("mate")).containsExactly("likes mate");
        assertThat(near(vector(1, 0, 0))).isEmpty();
        assertThat(missing()).isEmpty();
        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);
        assertThat(near(EAST)).containsExactly("plays chess");
        assertThat(near(NORTH)).containsExactly("likes mate");
        assertThat(found(chess.id()).version()).isEqualTo(1);
    }

    @Test
    void aVectorOfTheNewSpaceForTheSameTextIsNoChange() {
        Memory tea = tea(vector(1, 0, 0));
        begin();

        assertEvent(outcome(ALICE, revise(tea.id(), tea.text(), NORTH)), MemoryEvent.NONE);

        assertThat(head(ALICE)).isEqualTo(1);
        assertThat(missing()).isEmpty();
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
    }

    @Test
    void vectorsOfTheOldSpaceAreTakenUntilTheSwitchAndOfNoThirdOne() {
        tea(vector(1, 0, 0));
        begin();

        Memory chess = chess(vector(0, 1, 0));

        assertThat(near(vector(0, 1, 0))).containsExactly("plays chess");
        assertThat(missing()).contains(chess.id());
        AddMemory third = embedded(add("alice", "owns a cat"), vector(1, 0, 0, 0));
        assertRejected(outcome(ALICE, third), ErrorCode.EMBEDDER_MISMATCH, "vector");
        assertRejected(stage(chess, vector(1, 0, 0, 0)), ErrorCode.EMBEDDER_MISMATCH, null);
    }

    @Test
    void whatIsDeletedNeedsNoVector() {
        Memory tea = tea(vector(1, 0, 0));
        Memory chess = chess(vector(0, 1, 0));
        begin();
        stage(tea, NORTH);

        write(ALICE, delete(chess.id()));
        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);
        write(ALICE, delete(tea.id()));

        assertThat(near(NORTH)).isEmpty();
    }

    @Test
    void aDeletedMemorysVectorStandsForNoOther() {
        Memory tea = tea(vector(1, 0, 0));
        chess(vector(0, 1, 0));
        begin();
        stage(tea, NORTH);
        write(ALICE, delete(tea.id()));

        assertRejected(switchSpace(), ErrorCode.VERSION_CONFLICT, null);
        assertThat(stage(tea, NORTH)).isInstanceOf(Outcome.Rejected.class);
        assertRejected(switchSpace(), ErrorCode.VERSION_CONFLICT, null);
    }

    @Test
    void whatIsStagedIsThereAfterReopening() {
        Memory tea = tea(vector(1, 0, 0));
        Memory chess = chess(vector(0, 1, 0));
        begin();
        stage(tea, NORTH);
        reopen();

        assertThat(store().space(ALICE).next()).isEqualTo(NEW);
        assertThat(missing()).containsExactly(chess.id());
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
        stage(chess, EAST);
        assertThat(switchSpace()).isInstanceOf(Outcome.Done.class);
        reopen();

        assertThat(near(EAST)).containsExactly("plays chess");
        assertThat(near(NORTH)).containsExactly("likes tea");
        assertEvent(outcome(ALICE, embedded(add("alice", "owns a cat"), NORTH)), MemoryEvent.ADD);
        assertThat(near(NORTH)).containsExactlyInAnyOrder("likes tea", "owns a cat");
    }

    @Test
    void nothingIsBegunOrSwitchedThatWasNotAskedFor() {
        Memory words = added(add("alice", "likes tea"));
        begin();
        assertThat(store().space(ALICE)).isEqualTo(new OwnerSpace(ALICE, null, null, false));
        assertRejected(stage(words, NORTH), ErrorCode.EMBEDDER_MISMATCH, null);
        assertRejected(switchSpace(), ErrorCode.EMBEDDER_MISMATCH, null);

        chess(vector(0, 1, 0));
        assertRejected(switchSpace(), ErrorCode.EMBEDDER_MISMATCH, null);
        assertThat(missing()).isEmpty();
        assertThat(store().space(ALICE)).isEqualTo(new OwnerSpace(ALICE, OLD, null, false));
    }

    @Test
    void goingBackGivesUpWhatWasStaged() {
        Memory tea = tea(vector(1, 0, 0));
        begin();
        stage(tea, NORTH);

        write(ALICE, new BeginSpace(OLD));

        assertThat(store().space(ALICE).next()).isNull();
        assertRejected(switchSpace(), ErrorCode.EMBEDDER_MISMATCH, null);
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");
        begin();
        assertThat(missing()).containsExactly(tea.id());
        assertRejected(switchSpace(), ErrorCode.VERSION_CONFLICT, null);
        stage(tea, EAST);
        switchSpace();
        assertThat(near(EAST)).containsExactly("likes tea");
    }

    @Test
    void beginningAgainKeepsWhatIsStagedAndAThirdSpaceDoesNot() {
        Memory tea = tea(vector(1, 0, 0));
        begin();
        stage(tea, NORTH);
        begin();
        assertThat(missing()).isEmpty();

        write(ALICE, new BeginSpace(new EmbeddingSpace(EmbeddingSpace.CALLER, 4)));

        assertThat(missing()).containsExactly(tea.id());
        stage(tea, vector(0, 0, 0, 1));
        write(ALICE, new SwitchSpace(new EmbeddingSpace(EmbeddingSpace.CALLER, 4)));
        assertThat(near(vector(0, 0, 0, 1))).containsExactly("likes tea");
    }

    @Test
    void anErasureDropsWhatIsStaged() {
        Memory tea = tea(vector(1, 0, 0));
        begin();
        stage(tea, NORTH);

        write(ALICE, new EraseOwner());

        assertThat(store().space(ALICE)).isEqualTo(new OwnerSpace(ALICE, null, null, false));
        Memory again = added(embedded(add("alice", "likes tea"), vector(0, 0, 1)));
        begin();
        assertThat(missing()).containsExactly(again.id());
        assertRejected(switchSpace(), ErrorCode.VERSION_CONFLICT, null);
    }

    @Test
    void anErasureAndAnotherSpaceInOneWriteAreSearchable() {
        tea(vector(1, 0, 0));
        assertThat(near(vector(1, 0, 0))).containsExactly("likes tea");

        write(
                ALICE,
                embedded(add("alice", "plays chess"), vector(0, 1, 0)),
                new EraseOwner(),
                embedded(add("alice", "owns a cat"), NORTH));

        assertThat(near(NORTH)).containsExactly("owns a cat");
    }

    @Test
    void vectorsNoLongerInUseAreDroppedInSteps() {
        List<Memory> memories = new ArrayList<>();
        for (int n = 0; n < 10; n++) {
            memories.add(added(embedded(add("alice", "number " + n), vector(1, n, 0))));
        }
        begin();
        memories.forEach(memory -> stage(memory, NORTH));
        switchSpace();
        long head = head(ALICE);

        for (int n = 0; n < 20 && store().space(ALICE).leftOver(); n++) {
            write(ALICE, new DropOldVectors(3));
        }

        assertThat(store().space(ALICE)).isEqualTo(new OwnerSpace(ALICE, NEW, null, false));
        assertThat(near(NORTH)).hasSize(10);
        assertThat(head(ALICE)).isEqualTo(head);
        write(ALICE, new BeginSpace(OLD));
        assertThat(missing()).hasSize(10);
    }

    @Test
    void unstagedMemoriesComeInPagesByArrival() {
        List<MemoryId> ids = new ArrayList<>();
        for (int n = 0; n < 7; n++) {
            ids.add(added(embedded(add("alice", "number " + n), vector(1, n, 0)))
                    .id());
        }
        begin();

        List<MemoryId> seen = new ArrayList<>();
        long after = 0;
        for (List<Unstaged> page = store().unstaged(ALICE, after, 3);
                !page.isEmpty();
                page = store().unstaged(ALICE, after, 3)) {
            page.forEach(each -> seen.add(each.memory().id()));
            after = page.getLast().arrival();
        }
        assertThat(seen).isEqualTo(ids);
    }

    @Test
    void everyOwnerWithVectorsIsListedOnce() {
        List<Owner> owners = new ArrayList<>();
        for (int n = 0; n < 25; n++) {
            String user = "user" + n;
            added(embedded(add(user, "likes tea"), vector(1, 0, 0)));
            owners.add(Owner.user(user));
        }
        added(add("wordy", "likes tea"));
        write(BOB, new BeginSpace(NEW));

        List<Owner> seen = new ArrayList<>();
        String cursor = null;
        do {
            SpacePage page = store().spaces(cursor, 4);
            assertThat(page.owners()).hasSizeLessThanOrEqualTo(4);
            page.owners().forEach(each -> seen.add(each.owner()));
            cursor = page.nextCursor();
        } while (cursor != null);

        assertThat(seen).containsExactlyInAnyOrderElementsOf(owners);
    }

    @Test
    void theServersEmbeddersAreRemembered() {
        assertThat(store().embedders()).isEmpty();
        for (EmbeddingSpace space : List.of(OLD, NEW, OLD)) {
            store().writeSystem(Fixtures.write(BOB, new Command.PutEmbedder(space)));
        }
        reopen();

        assertThat(store().embedders()).containsExactlyInAnyOrder(OLD, NEW);
    }
}
