package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.job.Duty;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.SystemRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the service does beside the way of an add, which the server's tests go with a model behind HTTP.
class ExtractionServiceTest {
    private static final Owner ALICE = Owner.user("alice");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ManualClock clock = new ManualClock();
    private final ModelStore store = new ModelStore(clock);
    private final Listening model = new Listening();
    private final MemoryService memories = new MemoryService(store, null, clock, new Random(1), Limits.DEFAULTS);
    private final ProjectService projects = new ProjectService(store);
    private final ExtractionService extractions = new ExtractionService(
            store,
            memories,
            projects,
            model,
            new SystemRuntime(clock),
            new Random(2),
            new ExtractionService.Settings(2, 1, List.of(Duration.ofMillis(1))));

    @AfterEach
    void close() {
        extractions.close();
        store.close();
    }

    /// A model, on another machine if so said, that takes each message for a fact and remembers what it was
    /// given.
    private static final class Listening implements FactExtractor {
        final List<Conversation> heard = new CopyOnWriteArrayList<>();
        final List<String> shown = new CopyOnWriteArrayList<>();
        volatile boolean remote = true;
        volatile boolean fails;
        volatile boolean decides = true;
        volatile Runnable meanwhile = () -> {};
        volatile Decision decision = new Decision.Add();
        volatile List<String> categories = List.of();
        volatile boolean backwards;
        volatile @Nullable String rewritten;
        volatile Runnable whileItDecides = () -> {};

        @Override
        public String model() {
            return "listening";
        }

        @Override
        public boolean remote() {
            return remote;
        }

        @Override
        public int maxCharacters() {
            return 100_000;
        }

        @Override
        public List<Fact> extract(Conversation conversation) {
            heard.add(conversation);
            meanwhile.run();
            if (fails) {
                throw new MnemeException(ErrorCode.OVERLOADED, "down");
            }
            List<Fact> facts = IntStream.range(0, conversation.messages().size())
                    .mapToObj(i -> new Fact(conversation.messages().get(i).text(), i, categories))
                    .toList();
            return backwards ? facts.reversed() : facts;
        }

        @Override
        public List<Decision> decide(List<String> facts, List<String> memories, Guidance guidance) {
            shown.addAll(memories);
            whileItDecides.run();
            if (!decides) {
                throw new MnemeException(ErrorCode.OVERLOADED, "undecided");
            }
            Decision each = rewritten == null
                    ? decision
                    : new Decision.Update(memories.indexOf(rewritten), "rewritten " + rewritten);
            return Collections.nCopies(facts.size(), each);
        }

        @Override
        public void close() {}
    }

    private static Caller caller(String instance) {
        ApiKey key = new ApiKey("k1", "test", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]);
        return Caller.of(key, instance);
    }

    private Extraction say(String instance, ScopeIds scope, String... texts) {
        List<Message> messages = Arrays.stream(texts)
                .map(text -> new Message("user", null, text))
                .toList();
        ExtractionRequest request =
                new ExtractionRequest(scope, messages, JsonObject.EMPTY, null, null, FactExtractor.Guidance.NONE);
        Extraction taken = extractions.submit(caller(instance), request, null);
        return extractions.await(taken, PATIENCE);
    }

    private static final ScopeIds BOTH = new ScopeIds("alice", "bot", null, "r1");
    private static final List<Message> TURNS =
            List.of(new Message("user", null, "I hike"), new Message("assistant", null, "I recommended boots"));

    private Extraction split(Caller caller) {
        Extraction taken = extractions.submit(
                caller,
                new ExtractionRequest(BOTH, true, TURNS, JsonObject.EMPTY, null, null, FactExtractor.Guidance.NONE),
                null);
        return extractions.await(taken, PATIENCE);
    }

    private List<ScopeIds> scopes(Extraction extraction) {
        return extraction.results().stream()
                .map(result -> memories.get(caller("laptop"), result.id(), ReadOptions.DEFAULT)
                        .value()
                        .scope())
                .toList();
    }

    @Test
    void whatTheAssistantSaysIsTheAgentsAndAllElseTheUsers() {
        Extraction done = split(caller("laptop"));

        assertThat(done.state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(scopes(done))
                .containsExactly(new ScopeIds("alice", null, null, "r1"), new ScopeIds(null, "bot", null, "r1"));
        assertThat(model.heard).as("one look at the messages").hasSize(1);
        say("laptop", BOTH, "more");
        assertThat(model.heard.getLast().earlier()).as("the session is of both").hasSize(2);
    }

    /// The agent's part is done, and what is left of the attempt fails.
    @Test
    void whatWasDoneForTheAgentIsNotDoneAgain() {
        Owner bot = new Owner(Owner.DEFAULT_PROJECT, OwnerKind.AGENT, "bot");
        say("laptop", new ScopeIds("alice", null, null, "r1"), "I hike a lot");
        model.decides = false;
        Extraction failed = split(caller("laptop"));
        assertThat(failed.state()).isEqualTo(Extraction.State.FAILED);
        assertThat(store.head(bot).sequence()).isEqualTo(1);

        model.decides = true;
        Extraction done = extractions.await(extractions.retry(caller("laptop"), failed.id()), PATIENCE);

        assertThat(scopes(done))
                .containsExactly(new ScopeIds("alice", null, null, "r1"), new ScopeIds(null, "bot", null, "r1"));
        assertThat(store.head(bot).sequence()).as("written once").isEqualTo(1);
    }

    /// As a job does whose node leads no more, and then again.
    @Test
    void whatWaitedWhenItStoppedIsDoneWhenItIsStartedAgain() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        model.meanwhile = () -> {
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        ExtractionRequest request = new ExtractionRequest(
                ScopeIds.user("alice"),
                List.of(new Message("user", null, "I hike")),
                JsonObject.EMPTY,
                null,
                null,
                FactExtractor.Guidance.NONE);
        Extraction taken = extractions.submit(caller("laptop"), request, null);
        begun.await();

        extractions.stop();
        assertThatThrownBy(() -> extractions.submit(caller("laptop"), request, null))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        model.meanwhile = () -> {};
        extractions.start(Duty.ALONE);

        assertThat(extractions.await(taken, PATIENCE).state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(extractions.waiting()).isZero();
        assertThat(say("laptop", ScopeIds.user("alice"), "I swim").state()).isEqualTo(Extraction.State.SUCCEEDED);
    }

    @Test
    void nothingIsSplitThatTheKeyCouldNotWrite() {
        ApiKey key = new ApiKey(
                "k2",
                "alice's",
                Role.WRITE,
                new Restriction(Map.of(OwnerKind.USER, Set.of("alice"))),
                Instant.EPOCH,
                null,
                null,
                new byte[32]);

        assertThat(scopes(split(Caller.of(key, "laptop")))).containsOnly(BOTH);
    }

    @Test
    void anImmutableMemoryIsNotSuperseded() {
        JsonObject immutable = new JsonObject(Map.of(Memory.IMMUTABLE, new JsonBoolean(true)));
        memories.add(
                caller("laptop"),
                new NewMemory(
                        ScopeIds.user("alice"),
                        "likes tea",
                        "user",
                        null,
                        immutable,
                        List.of(),
                        null,
                        null,
                        null,
                        null,
                        true),
                null);
        model.remote = false;
        model.decision = new FactExtractor.Decision.Delete(0);

        say("laptop", ScopeIds.user("alice"), "likes tea with milk");

        assertThat(model.shown).isEmpty();
        assertThat(texts()).containsExactly("likes tea", "likes tea with milk");
    }

    /// Each of its own message, whatever the order in which the model names them.
    @Test
    void aFactIsAsItsMessageAndItsRequestSay() {
        Timestamp monday = Timestamp.of(Instant.parse("2026-01-05T08:00:00Z"));
        Instant expiry = ManualClock.START.plus(Duration.ofDays(400));
        model.categories = List.of("sport");
        model.backwards = true;
        ExtractionRequest request = new ExtractionRequest(
                ScopeIds.user("alice"),
                List.of(new Message("user", "Ann", "I hike"), new Message("assistant", "Bo", "boots are best")),
                Fixtures.json("from", "phone"),
                monday,
                expiry,
                FactExtractor.Guidance.NONE);
        Extraction done = extractions.await(extractions.submit(caller("laptop"), request, null), PATIENCE);

        assertThat(done.state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(store.documents().list(ALICE, "extractions", null, 10))
                .singleElement()
                .satisfies(kept -> assertThat(kept.data().toString())
                        .as("what is done keeps no text")
                        .doesNotContain("hike"));
        assertThat(memories())
                .extracting(Memory::text, Memory::role, Memory::name)
                .containsExactly(tuple("I hike", "user", "Ann"), tuple("boots are best", "assistant", "Bo"));
        assertThat(memories()).allSatisfy(memory -> {
            assertThat(memory.metadata()).isEqualTo(Fixtures.json("from", "phone"));
            assertThat(memory.categories()).containsExactly("sport");
            assertThat(memory.timestamp()).isEqualTo(monday);
            assertThat(memory.expiresAt()).isEqualTo(expiry);
        });
    }

    /// Else a fact would move to where others see it.
    @Test
    void memoriesOfOtherIdsAreNotShown() {
        model.remote = false;
        say("laptop", new ScopeIds("alice", null, null, "r1"), "likes tea");
        say("laptop", new ScopeIds("alice", "bot", null, null), "likes tea a lot");

        say("laptop", ScopeIds.user("alice"), "likes tea with milk");
        assertThat(model.shown).isEmpty();

        say("laptop", new ScopeIds("alice", null, null, "r1"), "likes tea with sugar");
        assertThat(model.shown).containsExactly("likes tea");
    }

    @Test
    void whatWasSupersededIsNotShown() {
        model.remote = false;
        say("laptop", ScopeIds.user("alice"), "likes tea");
        model.rewritten = "likes tea";
        MemoryId tea = memories().getFirst().id();
        Extraction.Result replaced = say("laptop", ScopeIds.user("alice"), "likes tea with milk")
                .results()
                .getFirst();
        assertThat(replaced.event()).isEqualTo(MemoryEvent.UPDATE);
        assertThat(replaced.replaced()).isEqualTo(tea);
        assertThat(memories()).extracting(Memory::id).contains(replaced.id());
        model.rewritten = null;
        model.shown.clear();

        say("laptop", ScopeIds.user("alice"), "likes tea with sugar");
        assertThat(model.shown).containsExactly("rewritten likes tea");
    }

    /// The model decides again, on what is there by then.
    @Test
    void whatIsSupersededWhileItDecidesIsNotShownAgain() {
        model.remote = false;
        say("laptop", ScopeIds.user("alice"), "likes tea");
        Memory tea = memories().getFirst();
        Command.AddMemory other = Fixtures.add("alice", "likes tea with lemon");
        model.whileItDecides = () -> {
            model.whileItDecides = () -> {};
            Command revise = new Command.Revise(
                    List.of(new Command.Seen(tea.id(), tea.version())),
                    List.of(new Command.Revision.Replace(tea.id(), other)),
                    List.of());
            store.write(new Write(ALICE, caller("desk").by(), null, List.of(revise)));
        };

        Extraction done = say("laptop", ScopeIds.user("alice"), "likes tea with milk");

        assertThat(done.state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(model.shown).containsExactly("likes tea", "likes tea with lemon");
    }

    /// What is written anew may have taken something from each memory that was shown.
    @Test
    void whatIsRewrittenWhileALocalMemoryIsShownIsLocal() {
        model.remote = false;
        inspire("phone");
        say("phone", ScopeIds.user("alice"), "takes pills for the heart");
        say("laptop", ScopeIds.user("alice"), "has a dog");
        model.rewritten = "has a dog";

        say("laptop", ScopeIds.user("alice"), "takes pills to the dog");

        assertThat(model.shown).contains("takes pills for the heart", "has a dog");
        assertThat(memories())
                .filteredOn(memory -> memory.text().equals("rewritten has a dog"))
                .singleElement()
                .satisfies(memory -> assertThat(memory.localOnly()).isTrue());
    }

    /// A fact joins the memory of its text when it is of the same time: then that memory is what was changed. One of
    /// another time is a memory of its own, and told as such.
    @Test
    void whatIsSaidOfAnotherTimeDoesNotJoin() {
        Timestamp monday = Timestamp.of(Instant.parse("2026-01-05T08:00:00Z"));
        Timestamp tuesday = Timestamp.of(Instant.parse("2026-01-06T08:00:00Z"));
        MemoryId there = sayAt(monday, JsonObject.EMPTY).id();

        Extraction.Result again = sayAt(monday, Fixtures.json("from", "phone"));
        Extraction.Result later = sayAt(tuesday, Fixtures.json("via", "desk"));

        assertThat(again.event()).isEqualTo(MemoryEvent.UPDATE);
        assertThat(again.id()).isEqualTo(there);
        assertThat(later.event()).isEqualTo(MemoryEvent.ADD);
        assertThat(memories())
                .extracting(Memory::id, Memory::timestamp)
                .containsExactlyInAnyOrder(tuple(there, monday), tuple(later.id(), tuesday));
    }

    /// Else what was near then would not be shown, and be said twice.
    @Test
    void aDayIsSeenFromWhenItWasSaid() {
        model.remote = false;
        Timestamp then = Timestamp.of(Instant.parse("2025-11-10T08:00:00Z"));
        Timestamp before = Timestamp.of(Instant.parse("2025-11-09T08:00:00Z"));
        Timestamp lately = Timestamp.of(clock.instant().minus(Duration.ofDays(1)));
        sayAt("hiked there", before, JsonObject.EMPTY);
        for (int i = 0; i < 6; i++) {
            sayAt("hiked " + i, lately, JsonObject.EMPTY);
        }
        model.shown.clear();

        sayAt("hiked yesterday", then, JsonObject.EMPTY);

        assertThat(model.shown).hasSize(5).contains("hiked there");
    }

    private Extraction.Result sayAt(Timestamp timestamp, JsonObject metadata) {
        return sayAt("I hike", timestamp, metadata);
    }

    private Extraction.Result sayAt(String text, Timestamp timestamp, JsonObject metadata) {
        ExtractionRequest request = new ExtractionRequest(
                ScopeIds.user("alice"),
                List.of(new Message("user", null, text)),
                metadata,
                timestamp,
                null,
                FactExtractor.Guidance.NONE);
        Extraction done = extractions.await(extractions.submit(caller("laptop"), request, null), PATIENCE);
        assertThat(done.results()).hasSize(1);
        return done.results().getFirst();
    }

    @Test
    void categoriesAreMem0sUntilOthersAreSet() {
        say("laptop", ScopeIds.user("alice"), "one");
        assertThat(model.heard.getLast().guidance().categories()).isEqualTo(ProjectService.DEFAULT_CATEGORIES);

        for (Json set : List.of(NAME, OBJECT, NONE)) {
            projects.update(caller("laptop"), new JsonObject(Map.of("custom_categories", set)));
            say("laptop", ScopeIds.user("alice"), "again " + set);
            assertThat(model.heard.getLast().guidance().categories())
                    .isEqualTo(
                            set.equals(NONE) ? List.of() : List.of(new FactExtractor.Guidance.Category("garden", "")));
        }
    }

    private static final Json NONE = new JsonArray(List.of());
    private static final Json NAME = new JsonArray(List.of(new JsonString("garden")));
    private static final Json OBJECT = new JsonArray(List.of(new JsonObject(Map.of("garden", new JsonString("")))));

    private void inspire(String instance) {
        switchTo(instance, Mode.INSPIRED);
    }

    private void switchTo(String instance, Mode mode) {
        Command.SwitchMode command =
                new Command.SwitchMode(instance, mode, null, null, null, null, null, Command.ANY_VERSION);
        store.write(new Write(ALICE, caller(instance).by(), null, List.of(command)));
    }

    private List<Memory> memories() {
        return store.list(new MemoryQuery(
                        ALICE,
                        Filter.scope(OwnerKind.USER, "alice"),
                        MemoryQuery.Order.CREATED_AT,
                        100,
                        null,
                        true,
                        clock.instant()))
                .items();
    }

    private List<String> texts() {
        return memories().stream().map(Memory::text).toList();
    }

    @Test
    void anInspiredInstanceIsHeardByAModelOnThisMachineAlone() {
        inspire("phone");

        assertThat(extractions.isAvailable(caller("phone"), ALICE)).isFalse();
        assertThat(extractions.isAvailable(caller("laptop"), ALICE)).isTrue();
        model.remote = false;
        assertThat(extractions.isAvailable(caller("phone"), ALICE)).isTrue();
    }

    @Test
    void whatAnInspiredInstanceWroteIsNotShownToAModelElsewhere() {
        inspire("phone");
        memories.add(
                caller("phone"),
                new NewMemory(
                        ScopeIds.user("alice"),
                        "likes tea",
                        "user",
                        null,
                        JsonObject.EMPTY,
                        List.of(),
                        null,
                        null,
                        null,
                        null,
                        true),
                null);

        Extraction same = say("laptop", ScopeIds.user("alice"), "likes tea");
        Extraction near = say("laptop", ScopeIds.user("alice"), "likes tea with milk");

        assertThat(same.state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(same.results()).as("it is there word for word").isEmpty();
        assertThat(near.results()).hasSize(1);
        assertThat(model.shown).isEmpty();
        model.remote = false;
        say("laptop", ScopeIds.user("alice"), "likes tea without milk");
        assertThat(model.shown).contains("likes tea");
        assertThat(texts()).containsExactly("likes tea", "likes tea with milk", "likes tea without milk");
    }

    @Test
    void aSessionKeepsItsLastTwentyMessagesCutToALength() {
        ScopeIds session = new ScopeIds("alice", null, null, "r1");
        String[] texts = IntStream.range(0, 25).mapToObj(i -> "message " + i).toArray(String[]::new);
        texts[24] = "long ".repeat(5_000);
        say("laptop", session, texts);

        say("laptop", session, "the next");

        List<Message> earlier = model.heard.getLast().earlier();
        assertThat(earlier).hasSize(20);
        assertThat(earlier.getFirst().text()).isEqualTo("message 5");
        assertThat(earlier.getLast().text()).hasSize(4_096);
    }

    @Test
    void aSessionThatIsOverIsReadNoMore() {
        ScopeIds run = new ScopeIds(null, null, null, "alone");
        say("laptop", run, "something");
        clock.advance(Duration.ofDays(29));
        say("laptop", run, "more");
        assertThat(model.heard.getLast().earlier()).hasSize(1);
        clock.advance(Duration.ofDays(31));

        say("laptop", run, "again");

        assertThat(model.heard.getLast().earlier()).isEmpty();
    }

    /// A session that no other one's turn has swept is not read either. Which sessions a turn sweeps depends on
    /// their ids, so there are many owners.
    @Test
    void aSessionThatIsOverIsNotReadThoughItIsStillThere() {
        List<ScopeIds> sessions = IntStream.range(0, 20)
                .mapToObj(i -> new ScopeIds("user " + i / 2, null, null, "run " + i % 2))
                .toList();
        sessions.forEach(session -> say("laptop", session, "something"));
        clock.advance(Duration.ofDays(31));
        model.heard.clear();

        sessions.forEach(session -> say("laptop", session, "again"));

        assertThat(model.heard)
                .hasSize(20)
                .allSatisfy(heard -> assertThat(heard.earlier()).isEmpty());
    }

    @Test
    void aConversationHasAsManyCharactersAsTheModelReads() {
        int most = model.maxCharacters();
        assertThat(say("laptop", ScopeIds.user("alice"), "x".repeat(most / 2), "y".repeat(most / 2))
                        .state())
                .isEqualTo(Extraction.State.SUCCEEDED);
        assertThatThrownBy(() -> say("laptop", ScopeIds.user("alice"), "x".repeat(most / 2), "y".repeat(most / 2), "z"))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void whatFailsDoesNotJoinItsSession() {
        ScopeIds session = new ScopeIds("alice", null, null, "r1");
        model.fails = true;
        Extraction failed = say("laptop", session, "likes tea");
        assertThat(failed.state()).isEqualTo(Extraction.State.FAILED);
        model.fails = false;

        Extraction again = extractions.await(extractions.retry(caller("laptop"), failed.id()), PATIENCE);

        assertThat(again.state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(model.heard.getLast().earlier()).isEmpty();
    }

    @Test
    void anOwnerWithTooManySessionsIsHeardAllTheSame() {
        for (int i = 0; i < Document.MAX_IN_COLLECTION; i++) {
            Command put = new Command.PutDocument("sessions", "s" + i, JsonObject.EMPTY, 0);
            store.write(new Write(ALICE, caller("laptop").by(), null, List.of(put)));
        }

        Extraction done = say("laptop", new ScopeIds("alice", null, null, "one more"), "likes tea");

        assertThat(done.state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(done.results()).hasSize(1);
    }

    @Test
    void whatAnInspiredInstanceSaidStaysLocalThoughItsModeHasChangedSince() {
        model.remote = false;
        inspire("phone");
        model.meanwhile = () -> switchTo("phone", Mode.DIDACTIC);

        say("phone", new ScopeIds("alice", null, null, "r1"), "takes pills");
        say("laptop", new ScopeIds("alice", null, null, "r1"), "in the morning");
        say("laptop", new ScopeIds("alice", null, null, "r2"), "likes tea");

        assertThat(memories())
                .extracting(Memory::text, Memory::localOnly)
                .containsExactly(tuple("takes pills", true), tuple("in the morning", true), tuple("likes tea", false));
    }

    @Test
    void whatRewritesAMemoryBesideALocalOneIsLocal() {
        model.remote = false;
        inspire("phone");
        say("phone", ScopeIds.user("alice"), "takes pills for the heart");
        model.decision = new FactExtractor.Decision.Update(0, "takes pills for the heart, and lives in Rome");

        say("laptop", ScopeIds.user("alice"), "lives for the heart of Rome");

        assertThat(memories().getLast().text()).endsWith("lives in Rome");
        assertThat(memories().getLast().localOnly()).isTrue();
    }

    @Test
    void aModelElsewhereIsNotGivenWhatWaitedForOneHere() {
        model.remote = false;
        inspire("phone");
        model.fails = true;
        ScopeIds session = new ScopeIds("alice", null, null, "r1");
        Extraction failed = say("phone", session, "takes pills");
        model.fails = false;
        say("phone", session, "a secret");
        model.remote = true;
        int heard = model.heard.size();

        Extraction again = extractions.await(extractions.retry(caller("phone"), failed.id()), PATIENCE);
        say("laptop", session, "likes tea");

        assertThat(again.state()).isEqualTo(Extraction.State.FAILED);
        assertThat(again.reason()).contains("inspired");
        assertThat(again.messages()).hasSize(1);
        assertThat(model.heard).hasSize(heard + 1);
        assertThat(model.heard.getLast().earlier()).isEmpty();
    }

    @Test
    void memoriesThatAreLongAreNotShown() {
        model.remote = false;
        String tale = "tea ".repeat(2_000);
        memories.add(
                caller("laptop"),
                new NewMemory(
                        ScopeIds.user("alice"),
                        tale,
                        "user",
                        null,
                        JsonObject.EMPTY,
                        List.of(),
                        null,
                        null,
                        null,
                        null,
                        true),
                null);

        say("laptop", ScopeIds.user("alice"), "likes tea");

        assertThat(model.shown).isEmpty();
    }

    @Test
    void aDeletionByIdsForgetsWhatWaitsThoughThereAreNoMemoriesYet() {
        model.fails = true;
        Extraction failed = say("laptop", new ScopeIds("alice", "bot", null, null), "likes tea");

        memories.deleteMatching(caller("laptop"), Filter.scope(OwnerKind.AGENT, "bot"), null);

        assertThatThrownBy(() -> extractions.get(caller("laptop"), failed.id())).isInstanceOf(MnemeException.class);
        assertThat(store.systemDocuments().list(Documents.SYSTEM, "extractions", null, 10))
                .isEmpty();
    }

    @Test
    void aRepeatedDeletionTakesNothingThatCameSince() {
        Filter alice = Filter.scope(OwnerKind.USER, "alice");
        Write.Idempotency key = new Write.Idempotency("k", new byte[32]);
        memories.deleteMatching(caller("laptop"), alice, key);
        model.fails = true;
        Extraction since = say("laptop", ScopeIds.user("alice"), "likes tea");

        memories.deleteMatching(caller("laptop"), alice, key);

        assertThat(extractions.get(caller("laptop"), since.id()).messages()).hasSize(1);
    }

    @Test
    void whatIsMadeWhileMemoriesAreDeletedGoesToo() {
        model.meanwhile = () -> memories.deleteMatching(caller("laptop"), Filter.scope(OwnerKind.USER, "alice"), null);

        say("laptop", new ScopeIds("alice", null, null, "r1"), "likes tea");
        model.meanwhile = () -> {};
        say("laptop", new ScopeIds("alice", null, null, "r1"), "likes mate");

        assertThat(texts()).containsExactly("likes mate");
        assertThat(model.heard.getLast().earlier()).isEmpty();
    }

    @Test
    void aDeletionByMoreThanIdsForgetsNothing() {
        model.fails = true;
        Extraction failed = say("laptop", ScopeIds.user("alice"), "likes tea");
        Filter other = new Filter.And(List.of(
                Filter.scope(OwnerKind.USER, "alice"),
                new Filter.Not(new Filter.Compare(
                        new Filter.Field.Named(Filter.Name.TEXT), Filter.Operator.CONTAINS, new JsonString("x")))));

        memories.deleteMatching(caller("laptop"), other, null);

        assertThat(extractions.get(caller("laptop"), failed.id()).messages()).hasSize(1);
    }

    @Test
    void anErasureLeavesNothingThatNamesTheOwner() {
        say("laptop", ScopeIds.user("alice"), "likes tea");

        memories.erase(caller("laptop"), Filter.scope(OwnerKind.USER, "alice"), null);

        assertThat(store.systemDocuments().list(Documents.SYSTEM, "extractions", null, 10))
                .isEmpty();
    }

    @Test
    void thoseWhoseTimeIsOverAreForgotten() {
        model.fails = true;
        Extraction failed = say("laptop", ScopeIds.user("alice"), "fails");
        model.fails = false;
        Extraction done = say("laptop", ScopeIds.user("alice"), "likes tea");

        clock.advance(Duration.ofHours(25));
        submitSome();
        assertThat(ids()).contains(failed.id()).doesNotContain(done.id());

        clock.advance(Duration.ofDays(31));
        submitSome();
        assertThat(ids()).doesNotContain(failed.id());
    }

    @Test
    void aPointerWhoseWorkIsStillBeingWrittenIsKept() {
        Command point = new Command.PutDocument(
                "extractions",
                "01a2036b-2a59-80fb-9075-4d644616ac7c",
                Fixtures.json("kind", "USER", "owner", "bob", "key", "k1"),
                0);
        store.writeSystem(new Write(Documents.SYSTEM, caller("laptop").by(), null, List.of(point)));

        clock.advance(Duration.ofMinutes(9));
        submitSome();
        assertThat(ids()).contains(UUID.fromString("01a2036b-2a59-80fb-9075-4d644616ac7c"));

        clock.advance(Duration.ofMinutes(2));
        submitSome();
        assertThat(ids()).doesNotContain(UUID.fromString("01a2036b-2a59-80fb-9075-4d644616ac7c"));
    }

    /// Each looks at some for those whose time is over.
    private void submitSome() {
        for (int i = 0; i < 10; i++) {
            say("laptop", ScopeIds.user("other"), "fact " + i + " of " + clock.instant());
        }
    }

    private List<UUID> ids() {
        return extractions.list(caller("laptop")).stream()
                .map(ExtractionService.Listed::id)
                .toList();
    }
}
