package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.DeleteContext;
import dev.mneme.core.command.Command.Expire;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Command.PutContext;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Outcome.Removed;
import dev.mneme.core.command.Outcome.Stored;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Contexts.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is promised of contexts.
abstract class ContextsPart extends StorePart {
    private static final String KEY = "theme";
    private static final int RACERS = 200;

    /// A put of any version, without tags or expiry.
    private static PutContext put(Json data) {
        return put(data, Command.ANY_VERSION, MergeStrategy.REPLACE);
    }

    private static PutContext put(Json data, long expected, MergeStrategy strategy) {
        return new PutContext(KEY, ContextType.CUSTOM, null, data, List.of(), null, expected, strategy);
    }

    private static PutContext named(String key, ContextType type, @Nullable Mode mode, String... tags) {
        return new PutContext(
                key, type, mode, json("a", 1), List.of(tags), null, Command.ANY_VERSION, MergeStrategy.REPLACE);
    }

    private static PutContext expiring(PutContext put, Instant at) {
        return new PutContext(
                put.key(), put.type(), put.mode(), put.data(), put.tags(), at, put.expectedVersion(), put.strategy());
    }

    private static PutContext tagged(PutContext put, ContextType type, @Nullable Mode mode, String... tags) {
        return new PutContext(
                put.key(), type, mode, put.data(), List.of(tags), null, put.expectedVersion(), put.strategy());
    }

    private Context stored(PutContext put) {
        return (Context) ((Stored) outcome(ALICE, put)).subject();
    }

    private Optional<Context> find(Owner owner, String key) {
        return store().contexts().find(owner, key).value();
    }

    private Context found() {
        return find(ALICE, KEY).orElseThrow();
    }

    private List<ContextVersion> versions() {
        return store().contexts().versions(ALICE, KEY).value();
    }

    private List<Long> numbers() {
        return versions().stream().map(version -> version.context().version()).toList();
    }

    private List<String> keys(@Nullable ContextType type, @Nullable String tag, @Nullable Mode mode) {
        Query query = new Query(ALICE, type, tag, mode, now(), null, 100);
        return store().contexts().list(query).value().stream().map(Context::key).toList();
    }

    private static void assertClash(Outcome outcome, @Nullable Context current, String... paths) {
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
            assertThat(rejected.current()).isEqualTo(current);
            assertThat(rejected.paths()).containsExactly(paths);
        });
    }

    private static DeleteContext delete() {
        return new DeleteContext(KEY, Command.ANY_VERSION);
    }

    @Test
    void aPutCreatesThenReplacesAndCounts() {
        Write byDesk = new Write(ALICE, new Provenance("k1", "desk", true), null, List.of(put(json("a", 1))));
        Outcome first = store().write(byDesk).outcomes().getFirst();
        Instant created = now();
        clock.advance(Duration.ofSeconds(5));
        Outcome second = outcome(ALICE, tagged(put(json("b", 2)), ContextType.PROJECT, Mode.PARALLEL, "ui", "work"));

        assertEvent(first, MemoryEvent.ADD);
        assertEvent(second, MemoryEvent.UPDATE);
        Context now = found();
        assertThat(now)
                .isEqualTo(new Context(
                        "alice",
                        KEY,
                        ContextType.PROJECT,
                        Mode.PARALLEL,
                        json("b", 2),
                        List.of("ui", "work"),
                        2,
                        created,
                        now(),
                        "desk",
                        "key:k1",
                        null,
                        false));
        assertThat(changes(ALICE, 0)).extracting(Change::type).containsOnly(ChangeType.CONTEXT_PUT);
        assertThat(changes(ALICE, 0)).extracting(Change::key).containsOnly(KEY);
        assertThat(changes(ALICE, 1)).extracting(Change::subject).containsExactly(now);
        assertThat(versions())
                .containsExactly(
                        new ContextVersion((Context) ((Stored) first).subject(), false),
                        new ContextVersion(now, false));
    }

    @Test
    void theSameAgainChangesNothing() {
        Context first = stored(put(json("a", 1)));
        clock.advance(Duration.ofSeconds(5));

        assertThat(outcome(ALICE, put(json("a", 1)))).isEqualTo(new Stored(MemoryEvent.NONE, first));
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void aPutOfAnotherVersionThanExpectedIsAConflictThatShowsWhatIsThere() {
        assertClash(outcome(ALICE, put(json("a", 1), 1, MergeStrategy.REPLACE)), null);
        Context first = stored(put(json("a", 1), 0, MergeStrategy.REPLACE));
        assertClash(outcome(ALICE, put(json("a", 2), 0, MergeStrategy.REPLACE)), first);
        Context second = stored(put(json("a", 2), 1, MergeStrategy.REPLACE));
        assertClash(outcome(ALICE, put(json("a", 3), 1, MergeStrategy.REPLACE)), second);
        assertClash(outcome(ALICE, new DeleteContext(KEY, 1)), second);

        assertThat(found()).isEqualTo(second);
        assertThat(head(ALICE)).isEqualTo(2);
    }

    @Test
    void editsOfDifferentFieldsAreMerged() {
        stored(tagged(put(json("a", 1, "b", 1, "c", json("x", 1))), ContextType.CHAT, null, "ui", "work"));
        stored(tagged(put(json("a", 2, "b", 1, "c", json("x", 1, "y", 2))), ContextType.PROJECT, null, "ui", "home"));

        Outcome merged = outcome(
                ALICE,
                tagged(
                        put(json("a", 1, "c", json("z", 3)), 1, MergeStrategy.MERGE),
                        ContextType.CHAT,
                        Mode.DIDACTIC,
                        "work",
                        "new"));

        assertEvent(merged, MemoryEvent.UPDATE);
        assertThat(found().data()).isEqualTo(json("a", 2, "c", json("y", 2, "z", 3)));
        assertThat(found().tags()).containsExactly("home", "new");
        assertThat(found().type()).isEqualTo(ContextType.PROJECT);
        assertThat(found().mode()).isEqualTo(Mode.DIDACTIC);
        assertThat(found().version()).isEqualTo(3);
    }

    @Test
    void editsOfTheSameFieldsClashAndNothingIsWritten() {
        stored(put(json("a", 1, "d/e", 1, "f~g", json("x", 1), "same", 1)));
        Context theirs = stored(put(json("a", 2, "d/e", 2, "f~g", json("x", 2, "y", 1), "same", 5)));

        Outcome clash = outcome(
                ALICE, put(json("a", 1, "d/e", 3, "f~g", json("x", 3), "same", 5, "mine", 1), 1, MergeStrategy.MERGE));

        assertClash(clash, theirs, "/d~1e", "/f~0g/x");
        assertThat(found()).isEqualTo(theirs);
        assertThat(head(ALICE)).isEqualTo(2);
    }

    @Test
    void aMergeNeedsTheVersionThatTheWriterSaw() {
        reopen(settings().withContextVersions(1));
        stored(put(json("a", 1)));
        stored(put(json("a", 2)));
        Context third = stored(put(json("a", 3)));

        assertClash(outcome(ALICE, put(json("b", 1), 1, MergeStrategy.MERGE)), third);
        assertClash(outcome(ALICE, put(json("b", 1), 9, MergeStrategy.MERGE)), third);
        assertEvent(outcome(ALICE, put(json("a", 2, "b", 1), 2, MergeStrategy.MERGE)), MemoryEvent.UPDATE);
        assertThat(found().data()).isEqualTo(json("a", 3, "b", 1));
    }

    @Test
    void twoWhoCreateTheSameAreMerged() {
        stored(put(json("a", 1), 0, MergeStrategy.MERGE));
        Context merged = stored(put(json("b", 2), 0, MergeStrategy.MERGE));

        assertThat(merged.data()).isEqualTo(json("a", 1, "b", 2));
        assertClash(outcome(ALICE, put(json("a", 3), 0, MergeStrategy.MERGE)), merged, "/a");
    }

    @Test
    void whoIgnoresIsToldWhatIsThere() {
        stored(put(json("a", 1)));
        Context second = stored(put(json("a", 2)));

        assertThat(outcome(ALICE, put(json("a", 3), 1, MergeStrategy.IGNORE)))
                .isEqualTo(new Stored(MemoryEvent.NONE, second));
        assertEvent(outcome(ALICE, put(json("a", 3), 2, MergeStrategy.IGNORE)), MemoryEvent.UPDATE);
    }

    @Test
    void versionsGoOnOverADeletion() {
        stored(put(json("a", 1)));
        assertThat(outcome(ALICE, delete())).isEqualTo(new Removed(2));
        assertRejected(outcome(ALICE, delete()), ErrorCode.NOT_FOUND, null);
        assertThat(find(ALICE, KEY)).isEmpty();
        assertClash(outcome(ALICE, put(json("a", 2), 2, MergeStrategy.REPLACE)), null);
        assertClash(outcome(ALICE, put(json("a", 2), 1, MergeStrategy.MERGE)), null);

        Outcome again = outcome(ALICE, put(json("a", 3), 0, MergeStrategy.REPLACE));

        assertEvent(again, MemoryEvent.ADD);
        assertThat(found().version()).isEqualTo(3);
        assertThat(versions()).extracting(ContextVersion::deleted).containsExactly(false, true, false);
        assertThat(numbers()).containsExactly(1L, 2L, 3L);
        assertThat(changes(ALICE, 0))
                .extracting(Change::type)
                .containsExactly(ChangeType.CONTEXT_PUT, ChangeType.CONTEXT_DELETED, ChangeType.CONTEXT_PUT);
    }

    @Test
    void asManyEarlierVersionsAreKeptAsAsked() {
        reopen(settings().withContextVersions(2));
        IntStream.rangeClosed(1, 5).forEach(n -> stored(put(json("n", n))));
        assertThat(numbers()).containsExactly(3L, 4L, 5L);

        outcome(ALICE, delete());
        assertThat(numbers()).containsExactly(4L, 5L, 6L);

        stored(put(json("n", 7)));
        assertThat(numbers()).containsExactly(5L, 6L, 7L);

        reopen(settings().withContextVersions(0));
        stored(put(json("n", 8)));
        assertThat(numbers()).containsExactly(8L);
    }

    @Test
    void contextsAreThereAfterReopening() {
        stored(put(json("a", 1)));
        Context second = stored(put(json("a", 2)));
        List<ContextVersion> versions = versions();

        reopen();

        assertThat(found()).isEqualTo(second);
        assertThat(versions()).isEqualTo(versions);
        assertThat(changes(ALICE, 1)).extracting(Change::subject).containsExactly(second);
    }

    @Test
    void whatHasExpiredIsNotListedAndMakesRoomForANewOne() {
        Instant expiry = now().plusSeconds(10);
        Context first = stored(expiring(put(json("secret", 1)), expiry));
        clock.advance(Duration.ofSeconds(10));

        assertThat(keys(null, null, null)).isEmpty();
        assertThat(find(ALICE, KEY)).contains(first);
        assertThat(first.expired(now())).isTrue();
        assertRejected(outcome(ALICE, delete()), ErrorCode.NOT_FOUND, null);
        assertClash(outcome(ALICE, put(json("a", 2), 1, MergeStrategy.MERGE)), null);

        Outcome anew = outcome(ALICE, put(json("a", 2), 0, MergeStrategy.REPLACE));

        assertEvent(anew, MemoryEvent.ADD);
        assertThat(found().version()).isEqualTo(2);
        assertThat(found().createdAt()).isEqualTo(now());
        assertThat(numbers()).as("what was hidden does not come back").containsExactly(2L);
    }

    @Test
    void expiringRemovesWhatIsStillExpiredAtTheVersionSeen() {
        Instant expiry = now().plusSeconds(10);
        stored(put(json("a", 0)));
        stored(expiring(put(json("a", 1)), expiry));
        Expire seen = new Expire(List.of(new Expired.OfContext(KEY, 2)));

        outcome(ALICE, seen);
        assertThat(found().version()).as("not yet expired").isEqualTo(2);
        clock.advance(Duration.ofSeconds(10));
        outcome(ALICE, new Expire(List.of(new Expired.OfContext(KEY, 1), new Expired.OfContext("other", 1))));
        assertThat(found().version()).as("another version was seen").isEqualTo(2);
        outcome(BOB, seen);
        assertThat(found().version()).as("another owner's").isEqualTo(2);
        outcome(ALICE, seen);

        assertThat(find(ALICE, KEY)).isEmpty();
        assertThat(versions()).extracting(ContextVersion::deleted).containsExactly(true);
        assertThat(versions()).extracting(v -> v.context().data()).containsExactly(new Json.JsonNull());
        Change last = changes(ALICE, 2).getLast();
        assertThat(last.type()).isEqualTo(ChangeType.CONTEXT_DELETED);
        assertThat(stored(put(json("a", 2))).version()).isEqualTo(4);
    }

    @Test
    void aRenewedContextOutlivesItsFirstExpiry() {
        stored(expiring(put(json("a", 1)), now().plusSeconds(10)));
        stored(expiring(put(json("a", 1)), now().plusSeconds(100)));
        clock.advance(Duration.ofSeconds(20));

        outcome(ALICE, new Expire(List.of(new Expired.OfContext(KEY, 2))));

        assertThat(keys(null, null, null)).containsExactly(KEY);
    }

    @Test
    void listsAreOfATypeTagOrModeInTheOrderOfKeys() {
        write(
                ALICE,
                named("b", ContextType.CHAT, Mode.PARALLEL, "ui"),
                named("\ud83d\udc4b", ContextType.CHAT, null),
                named("\uffee", ContextType.MODE, Mode.DIDACTIC, "ui", "work"),
                named("B", ContextType.PROJECT, null, "work"),
                named("gone", ContextType.CHAT, null, "ui"));
        outcome(ALICE, new DeleteContext("gone", Command.ANY_VERSION));

        assertThat(keys(null, null, null)).containsExactly("B", "b", "\uffee", "\ud83d\udc4b");
        assertThat(keys(ContextType.CHAT, null, null)).containsExactly("b", "\ud83d\udc4b");
        assertThat(keys(null, "ui", null)).containsExactly("b", "\uffee");
        assertThat(keys(null, null, Mode.PARALLEL)).containsExactly("b");
        assertThat(keys(ContextType.MODE, "work", Mode.DIDACTIC)).containsExactly("\uffee");
        assertThat(keys(ContextType.MODE, "home", null)).isEmpty();
        Query second = new Query(ALICE, null, null, null, now(), "B", 2);
        assertThat(store().contexts().list(second).value())
                .extracting(Context::key)
                .containsExactly("b", "\uffee");
    }

    @Test
    void anotherUsersContextsAreOutOfReachAndAnErasureTakesOnesOwn() {
        stored(put(json("a", 1)));
        stored(expiring(put(json("a", 2)), now().plusSeconds(60)));
        assertThat(find(BOB, KEY)).isEmpty();
        assertThat(store().contexts().versions(BOB, KEY).value()).isEmpty();
        assertRejected(outcome(BOB, delete()), ErrorCode.NOT_FOUND, null);
        outcome(BOB, put(json("b", 1)));

        outcome(ALICE, new Command.EraseOwner());

        assertThat(find(ALICE, KEY)).isEmpty();
        assertThat(versions()).isEmpty();
        assertThat(keys(null, null, null)).isEmpty();
        assertThat(changes(ALICE, 2)).extracting(Change::type).containsExactly(ChangeType.OWNER_ERASED);
        assertThat(find(BOB, KEY)).isPresent();
        assertThat(stored(put(json("a", 3))).version()).isEqualTo(1);
        assertThat(head(ALICE)).isEqualTo(4);
    }

    @Test
    void aRepeatedRequestAnswersAsTheFirst() {
        Write first = Fixtures.once(ALICE, "put", "put", put(json("a", 1), 0, MergeStrategy.REPLACE));
        Write stale = Fixtures.once(ALICE, "stale", "stale", put(json("a", 9), 1, MergeStrategy.MERGE));
        Write gone = Fixtures.once(ALICE, "gone", "gone", delete());
        WriteResult put = store().write(first);
        stored(put(json("a", 2)));
        WriteResult clash = store().write(stale);
        assertClash(clash.outcomes().getFirst(), found(), "/a");
        stored(put(json("a", 3)));
        WriteResult deleted = store().write(gone);

        assertReplayed(store().write(first), put);
        assertReplayed(store().write(stale), clash);
        assertReplayed(store().write(gone), deleted);
        assertThat(head(ALICE)).isEqualTo(4);
        reopen();
        assertReplayed(store().write(stale), clash);
    }

    private static void assertReplayed(WriteResult again, WriteResult first) {
        assertThat(again.replayed()).isTrue();
        assertThat(again.position().sequence()).isEqualTo(first.position().sequence());
        assertThat(withoutMessages(again)).isEqualTo(withoutMessages(first));
    }

    private static List<Outcome> withoutMessages(WriteResult result) {
        return result.outcomes().stream()
                .map(outcome -> outcome instanceof Rejected r
                        ? new Rejected(r.code(), "", r.field(), r.current(), r.paths())
                        : outcome)
                .toList();
    }

    @Test
    void whatIsWrittenWhileInspiredIsLocalOnlyAndSoIsWhatIsMergedWithIt() {
        inMode("desk", Mode.INSPIRED);
        by("desk", put(json("a", 1)));
        assertThat(found().localOnly()).isTrue();
        assertThat(changes(ALICE, 0))
                .filteredOn(change -> change.type() == ChangeType.CONTEXT_PUT)
                .extracting(Change::localOnly)
                .containsExactly(true);

        by("phone", put(json("b", 1), 0, MergeStrategy.MERGE));
        assertThat(found().data()).isEqualTo(json("a", 1, "b", 1));
        assertThat(found().localOnly()).as("it holds what is local only").isTrue();

        by("phone", put(json("c", 1)));
        assertThat(found().localOnly()).as("nothing of it is left").isFalse();
        inMode("desk", Mode.PARALLEL);
        by("desk", put(json("d", 1)));
        assertThat(found().localOnly()).isFalse();
    }

    private void inMode(String instance, Mode mode) {
        outcome(ALICE, new Command.SwitchMode(instance, mode, null, null, null, null, null, Command.ANY_VERSION));
    }

    private Outcome by(String instance, Command command) {
        return store().write(new Write(ALICE, new Provenance("k1", instance, true), null, List.of(command)))
                .outcomes()
                .getFirst();
    }

    /// Each adds one to a count: with the version that it was last told of, until it is the one that wins.
    @Test
    void of200RacersEachVersionHasOneWinnerAndEveryLoserLearnsWhatIsThere() throws Exception {
        stored(put(json("count", 0)));
        List<Callable<List<Context>>> racers = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            String name = "racer-" + i;
            racers.add(() -> race(name));
        }
        List<Context> won = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<Context>> racer : threads.invokeAll(racers)) {
                won.addAll(racer.get());
            }
        }
        assertThat(won)
                .extracting(Context::version)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(2, RACERS + 1).boxed().toList());
        assertThat(won).allMatch(context -> count(context) == context.version() - 1);
        assertThat(found().version()).isEqualTo(RACERS + 1);
        assertThat(count(found())).isEqualTo(RACERS);
        assertThat(changes(ALICE, 1)).hasSize(RACERS);
    }

    /// @return the one version that it made, once all that it was told on the way was true
    private List<Context> race(String name) {
        Context seen = found();
        Set<Long> told = new HashSet<>();
        while (true) {
            JsonObject next = json("count", count(seen) + 1, "by", name);
            Outcome outcome = outcome(ALICE, put(next, seen.version(), MergeStrategy.REPLACE));
            if (outcome instanceof Stored stored) {
                return List.of((Context) stored.subject());
            }
            Context current = (Context) Objects.requireNonNull(((Rejected) outcome).current());
            assertThat(current.version()).isGreaterThan(seen.version());
            assertThat(count(current)).isEqualTo(current.version() - 1);
            assertThat(told.add(current.version())).isTrue();
            seen = current;
        }
    }

    private static long count(Context context) {
        JsonObject data = (JsonObject) context.data();
        return ((JsonNumber) Objects.requireNonNull(data.members().get("count")))
                .value()
                .longValueExact();
    }

    @Test
    void dataIsAnyJson() {
        assertThat(stored(put(new JsonString("just a text"))).data()).isEqualTo(new JsonString("just a text"));
        Json deep = json("list", new Json.JsonArray(List.of(json("n", new Json.JsonNull()), new JsonString("ü"))));
        assertThat(stored(put(deep)).data()).isEqualTo(deep);
        reopen();
        assertThat(found().data()).isEqualTo(deep);
    }
}
