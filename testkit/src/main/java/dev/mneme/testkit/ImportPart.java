package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.id;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.SearchQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What an import keeps, and that it changes nothing when it is repeated.
abstract class ImportPart extends StorePart {
    private static final Instant LONG_AGO = Instant.parse("2020-02-02T02:02:02Z");

    private static Memory version(MemoryId id, String text, int number) {
        return new Memory(
                id,
                ScopeIds.user("alice"),
                text,
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                null,
                LONG_AGO,
                LONG_AGO.plus(Duration.ofDays(number - 1L)),
                null,
                number,
                null);
    }

    /// A memory that had these texts, one after another.
    private static Exported.OfMemory memory(
            MemoryId id, boolean deleted, @Nullable Embedding embedding, String... texts) {
        List<MemoryVersion> versions = new ArrayList<>();
        for (int n = 1; n <= texts.length; n++) {
            Memory memory = version(id, texts[n - 1], n);
            MemoryEvent event = n == 1 ? MemoryEvent.ADD : MemoryEvent.UPDATE;
            versions.add(new MemoryVersion(event, memory, n, memory.updatedAt(), "k9", "desk"));
        }
        if (deleted) {
            Memory last = versions.getLast().memory();
            Instant at = last.updatedAt().plusSeconds(1);
            versions.add(new MemoryVersion(MemoryEvent.DELETE, last, last.version() + 1, at, "k9", "key:k9"));
        }
        return new Exported.OfMemory(versions, embedding);
    }

    private Outcome bring(Exported exported) {
        return outcome(ALICE, new Command.Import(exported));
    }

    @Test
    void aMemoryKeepsItsIdTimesWritersAndVersions() {
        MemoryId id = id(ALICE);
        Exported.OfMemory imported = memory(id, false, vector(1, 0), "likes tea", "likes green tea");
        assertEvent(bring(imported), MemoryEvent.ADD);

        assertThat(found(id)).isEqualTo(imported.newest().memory());
        assertThat(history(id)).isEqualTo(imported.versions());
        assertThat(all(ALICE)).containsExactly(imported.newest().memory());
        assertThat(store().search(Fixtures.words(ALICE, "green", now())).hits())
                .extracting(hit -> hit.memory().id())
                .containsExactly(id);
        reopen();
        assertThat(history(id)).isEqualTo(imported.versions());
    }

    @Test
    void whatIsImportedIsKnownAsADuplicate() {
        MemoryId id = id(ALICE);
        bring(memory(id, false, null, "likes tea", "likes green tea"));

        assertThat(Fixtures.stored(write(ALICE, Fixtures.add("alice", "likes green tea"))))
                .isEqualTo(found(id));
        assertEvent(outcome(ALICE, Fixtures.add("alice", "likes tea")), MemoryEvent.ADD);
    }

    @Test
    void anImportIsAChange() {
        MemoryId id = id(ALICE);
        bring(memory(id, false, null, "one", "two"));
        Change change = changes(ALICE, 0).getFirst();
        assertThat(change.type()).isEqualTo(ChangeType.MEMORY_ADDED);
        assertThat(change.memory()).isEqualTo(found(id));
        assertThat(change.at()).as("it happens now").isEqualTo(now());
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void anImportThatIsRepeatedChangesNothing() {
        MemoryId id = id(ALICE);
        Exported.OfMemory imported = memory(id, false, null, "one", "two");
        bring(imported);
        assertEvent(bring(imported), MemoryEvent.NONE);
        assertThat(head(ALICE)).isEqualTo(1);
        Memory changed = Fixtures.stored(write(ALICE, retext(id, "three")));
        assertEvent(bring(imported), MemoryEvent.NONE);
        assertThat(found(id)).as("what is there wins").isEqualTo(changed);
        write(ALICE, delete(id));
        assertEvent(bring(imported), MemoryEvent.NONE);
        assertThat(store().find(id)).as("a deleted one does not come back").isEmpty();
    }

    @Test
    void aDeletedMemoryBringsItsHistoryAlone() {
        MemoryId id = id(ALICE);
        Exported.OfMemory imported = memory(id, true, vector(1, 0), "gone");
        assertEvent(bring(imported), MemoryEvent.ADD);
        assertThat(store().find(id)).isEmpty();
        assertThat(history(id)).isEqualTo(imported.versions());
        assertThat(changes(ALICE, 0).getFirst().type()).isEqualTo(ChangeType.MEMORY_DELETED);
        assertEvent(bring(imported), MemoryEvent.NONE);
    }

    @Test
    void whatIsImportedGoesOnAsIfItHadBeenWrittenHere() {
        MemoryId id = id(ALICE);
        bring(memory(id, false, null, "likes tea", "likes green tea"));
        Memory next = Fixtures.stored(write(ALICE, retext(id, "likes black tea")));
        assertThat(next.version()).isEqualTo(3);
        assertThat(next.createdAt()).isEqualTo(LONG_AGO);
        assertEvent(outcome(ALICE, add("alice", "likes black tea")), MemoryEvent.NONE);
        write(ALICE, delete(id));
        assertThat(events(id))
                .containsExactly(MemoryEvent.ADD, MemoryEvent.UPDATE, MemoryEvent.UPDATE, MemoryEvent.DELETE);
    }

    @Test
    void anIdThatAnotherOwnerHasIsRefused() {
        MemoryId id = new MemoryId(UUID.fromString("0193a000-0000-4000-8000-000000000001"));
        bring(memory(id, true, null, "gone"));
        for (int n = 0; n < 8; n++) { // in several shards, if there are some
            Owner other = Owner.user("user" + n);
            Memory memory = new Memory(
                    id,
                    ScopeIds.user(other.id()),
                    "theirs",
                    null,
                    null,
                    JsonObject.EMPTY,
                    List.of(),
                    null,
                    LONG_AGO,
                    LONG_AGO,
                    null,
                    1,
                    null);
            Exported.OfMemory imported = new Exported.OfMemory(
                    List.of(new MemoryVersion(MemoryEvent.ADD, memory, 1, LONG_AGO, "k9", "desk")), null);
            assertThatThrownBy(() -> {
                        Outcome outcome = outcome(other, new Command.Import(imported));
                        if (outcome instanceof Outcome.Rejected rejected) {
                            throw MnemeException.at(
                                    rejected.code(), String.valueOf(rejected.field()), rejected.message());
                        }
                    })
                    .isInstanceOfSatisfying(MnemeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
                        assertThat(e.field()).isEqualTo("memory.id");
                    });
            assertThat(all(other)).isEmpty();
        }
    }

    @Test
    void aVectorOfAnotherSpaceIsRefused() {
        bring(memory(id(ALICE), false, vector(1, 0), "two numbers"));
        assertThat(bring(memory(id(ALICE), false, vector(1, 0, 0), "three numbers")))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH));
        assertThat(head(ALICE)).isEqualTo(1);
    }

    /// While an owner's vectors are on their way to another space, either may be brought.
    @Test
    void aVectorOfTheSpaceToComeIsStaged() {
        EmbeddingSpace next = new EmbeddingSpace("next", 3);
        MemoryId first = id(ALICE);
        bring(memory(first, false, vector(1, 0), "of the present space"));
        outcome(ALICE, new Command.BeginSpace(next));
        MemoryId second = id(ALICE);
        Embedding coming = Embedding.ofCaller("next", new float[] {0, 1, 0});
        assertEvent(bring(memory(second, false, coming, "of the space to come")), MemoryEvent.ADD);
        assertThat(store().unstaged(ALICE, 0, 10))
                .extracting(each -> each.memory().id())
                .containsExactly(first);
        Embedding staged = Embedding.ofCaller("next", new float[] {1, 0, 0});
        outcome(ALICE, new Command.StageEmbedding(first, 1, staged));
        assertThat(outcome(ALICE, new Command.SwitchSpace(next))).isEqualTo(new Outcome.Done());
        assertThat(store().space(ALICE).now()).isEqualTo(next);
        assertThat(store().search(new SearchQuery(
                                ALICE,
                                "",
                                Fixtures.query(coming),
                                false,
                                Filter.And.ALL,
                                10,
                                0,
                                false,
                                now(),
                                Duration.ofSeconds(30)))
                        .hits()
                        .getFirst()
                        .memory()
                        .id())
                .isEqualTo(second);
    }

    @Test
    void aDeletedMemoryBringsNoVector() {
        bring(memory(id(ALICE), true, vector(1, 0), "gone"));
        assertThat(store().space(ALICE).now()).isNull();
    }

    private static Context context(int version, boolean deleted) {
        return new Context(
                "alice",
                "chat",
                ContextType.CHAT,
                null,
                deleted ? new JsonNull() : new JsonString("version " + version),
                List.of(),
                version,
                LONG_AGO,
                LONG_AGO.plusSeconds(version),
                "desk",
                "phone",
                null,
                false);
    }

    @Test
    void aContextKeepsItsVersions() {
        Exported.OfContext imported = new Exported.OfContext(
                List.of(new ContextVersion(context(1, false), false), new ContextVersion(context(2, false), false)));
        assertEvent(bring(imported), MemoryEvent.ADD);
        assertThat(store().contexts().versions(ALICE, "chat").value()).isEqualTo(imported.versions());
        assertThat(store().contexts().find(ALICE, "chat").value()).contains(context(2, false));
        assertEvent(bring(imported), MemoryEvent.NONE);
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void noMoreVersionsOfAContextAreKeptThanOfOneThatWasWrittenHere() {
        List<ContextVersion> many = new ArrayList<>();
        for (int version = 1; version <= 30; version++) {
            many.add(new ContextVersion(context(version, false), false));
        }
        bring(new Exported.OfContext(many));
        int kept = settings().contextVersions() + 1;
        assertThat(store().contexts().versions(ALICE, "chat").value()).isEqualTo(many.subList(30 - kept, 30));
    }

    @Test
    void aDeletedContextBringsItsVersionsAlone() {
        Exported.OfContext imported = new Exported.OfContext(
                List.of(new ContextVersion(context(1, false), false), new ContextVersion(context(2, true), true)));
        assertEvent(bring(imported), MemoryEvent.ADD);
        assertThat(store().contexts().versions(ALICE, "chat").value()).isEqualTo(imported.versions());
        assertThat(store().contexts().find(ALICE, "chat").value()).isEmpty();
        assertEvent(bring(imported), MemoryEvent.NONE);
    }

    @Test
    void theOtherNounsComeOnce() {
        ModeState mode = new ModeState(
                "alice",
                "desk",
                Mode.PARALLEL,
                null,
                Capabilities.of(Mode.PARALLEL),
                JsonObject.EMPTY,
                LONG_AGO,
                66,
                LONG_AGO,
                4,
                false);
        Transition transition =
                new Transition("alice", "desk", null, Mode.PARALLEL, null, 5L, true, null, LONG_AGO, 77, false);
        ResponseSource response = new ResponseSource(
                "alice",
                "desk",
                "c",
                "m",
                null,
                SourceType.LOCAL,
                "p",
                "m",
                0.5,
                "hash",
                JsonObject.EMPTY,
                LONG_AGO,
                88,
                false);
        SyncEvent event = new SyncEvent(
                id(ALICE),
                "alice",
                "desk",
                SyncEvent.Type.CONFIG_UPDATED,
                new JsonNull(),
                null,
                Set.of("phone"),
                SyncEvent.Priority.HIGH,
                LONG_AGO,
                null,
                2,
                99,
                false);
        List<Exported> all = List.of(
                new Exported.OfMode(mode),
                new Exported.OfTransition(transition),
                new Exported.OfResponse(response),
                new Exported.OfSyncEvent(event));
        all.forEach(each -> assertEvent(bring(each), MemoryEvent.ADD));
        all.forEach(each -> assertEvent(bring(each), MemoryEvent.NONE));

        assertThat(head(ALICE)).isEqualTo(4);
        assertThat(store().modes().find(ALICE, "desk").value()).contains(mode.activatedBy(1));
        Modes.Query everything = new Modes.Query(ALICE, null, null, null, null, null, null, 10);
        assertThat(store().modes().transitions(everything).value()).containsExactly(transition.withSequence(2));
        assertThat(store().responses().find(ALICE, "c", "m").value()).contains(response.withSequence(3));
        assertThat(store().syncEvents().find(ALICE, event.id()).value()).contains(event.withSequence(4));
    }
}
