package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.SystemRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who may have conversations read, see what became of them and have them forgotten; what of one conversation is kept
/// apart from another.
class ExtractionAccessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ScopeIds ALICE = ScopeIds.user("alice");
    private static final Caller WRITER = caller("writer", Role.WRITE, Restriction.NONE);
    private static final Caller ADMIN = caller("admin", Role.ADMIN, Restriction.NONE);
    private static final Restriction OF_BOB = new Restriction(Map.of(OwnerKind.USER, Set.of("bob")));

    private final ManualClock clock = new ManualClock();
    private final ModelStore store = new ModelStore(clock);
    private final FactlessModel model = new FactlessModel();
    private final MemoryService memories = new MemoryService(store, null, clock, new Random(1), Limits.DEFAULTS);
    private final ExtractionService extractions = new ExtractionService(
            store,
            memories,
            new ProjectService(store),
            model,
            new SystemRuntime(clock),
            new Random(2),
            new ExtractionService.Settings(2, 3, List.of(Duration.ofMillis(1))));

    @AfterEach
    void close() {
        extractions.close();
        store.close();
    }

    private static Caller caller(String id, Role role, Restriction restriction) {
        return Caller.of(new ApiKey(id, id, role, restriction, Instant.EPOCH, null, null, new byte[32]), null);
    }

    private static ExtractionRequest asked(ScopeIds scope, String... texts) {
        List<Message> messages = List.of(texts).stream()
                .map(text -> new Message("user", null, text))
                .toList();
        return new ExtractionRequest(scope, messages, JsonObject.EMPTY, null, null, FactExtractor.Guidance.NONE);
    }

    private Extraction say(Caller caller, ScopeIds scope, String text, @Nullable Idempotency idempotency) {
        return extractions.await(extractions.submit(caller, asked(scope, text), idempotency), PATIENCE);
    }

    private static ScopeIds run(@Nullable String agent, String run) {
        return new ScopeIds("alice", agent, null, run);
    }

    private static Idempotency once(int request) {
        byte[] hash = new byte[32];
        hash[0] = (byte) request;
        return new Idempotency("once", hash);
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void nobodyIsHeardForIdsThatItsKeyMayNotWrite() {
        refused(
                ErrorCode.NOT_ALLOWED,
                () -> extractions.submit(caller("b", Role.WRITE, OF_BOB), asked(ALICE, "I hike"), null));
        refused(
                ErrorCode.NOT_ALLOWED,
                () -> extractions.submit(caller("r", Role.READ, Restriction.NONE), asked(ALICE, "I hike"), null));
        refused(ErrorCode.NOT_ALLOWED, () -> extractions.submit(caller("b", Role.WRITE, OF_BOB), asked(ALICE), null));
        say(WRITER, ALICE, "I hike", once(1));
        assertThat(extractions.find(WRITER, ALICE, once(1))).isPresent();
        refused(ErrorCode.NOT_ALLOWED, () -> extractions.find(caller("writer", Role.WRITE, OF_BOB), ALICE, once(1)));
        assertThat(model.heard).hasSize(1);
    }

    @Test
    void oneIdempotencyKeyIsOneRequestOfOneKeyForOneOwner() {
        Extraction first = say(WRITER, ALICE, "I hike", once(1));
        assertThat(say(WRITER, ALICE, "I hike", once(1)).id()).isEqualTo(first.id());
        assertThat(model.heard).hasSize(1);
        refused(ErrorCode.IDEMPOTENCY_KEY_REUSED, () -> extractions.submit(WRITER, asked(ALICE, "I swim"), once(2)));
        assertThat(say(ADMIN, ALICE, "I hike", once(1)).id()).isNotEqualTo(first.id());
        assertThat(say(WRITER, ScopeIds.user("bob"), "I hike", once(1)).id()).isNotEqualTo(first.id());
        assertThat(model.heard).hasSize(3);
    }

    @Test
    void whatWasTakenIsAnsweredThoughNothingIsTakenAnyMore() {
        Extraction first = say(WRITER, ALICE, "I hike", once(1));
        extractions.stop();
        refused(ErrorCode.OVERLOADED, () -> extractions.submit(WRITER, asked(ALICE, "I swim"), null));
        assertThat(extractions.submit(WRITER, asked(ALICE, "I hike"), once(1)).id())
                .isEqualTo(first.id());
    }

    @Test
    void whatBecameOfItIsForWhoAskedAndForOperators() {
        model.fails = true;
        Extraction failed = say(WRITER, ALICE, "I hike", null);
        assertThat(failed.state()).isEqualTo(Extraction.State.FAILED);
        assertThat(failed.attempts()).isEqualTo(3);
        for (Caller other : List.of(
                caller("other", Role.WRITE, Restriction.NONE),
                caller("alice's", Role.ADMIN, new Restriction(Map.of(OwnerKind.USER, Set.of("alice")))))) {
            refused(ErrorCode.NOT_FOUND, () -> extractions.get(other, failed.id()));
            refused(ErrorCode.NOT_FOUND, () -> extractions.retry(other, failed.id()));
            refused(ErrorCode.NOT_FOUND, () -> extractions.delete(other, failed.id()));
            assertThat(extractions.list(other)).isEmpty();
            assertThat(extractions.failed(other)).isEmpty();
        }
        assertThat(extractions.get(ADMIN, failed.id()).id()).isEqualTo(failed.id());
        assertThat(extractions.failed(ADMIN)).containsExactly(failed.id());
        Caller reading = caller("writer", Role.READ, Restriction.NONE);
        assertThat(extractions.get(reading, failed.id()).id()).isEqualTo(failed.id());
        refused(ErrorCode.NOT_ALLOWED, () -> extractions.retry(reading, failed.id()));
        refused(ErrorCode.NOT_ALLOWED, () -> extractions.delete(reading, failed.id()));
        refused(ErrorCode.NOT_ALLOWED, () -> extractions.deleteFailed(reading, failed.id()));
    }

    @Test
    void onlyWhatHasFailedIsTriedAgainOrDeletedAsFailed() {
        Extraction done = say(WRITER, ALICE, "I hike", null);
        refused(ErrorCode.INVALID_REQUEST, () -> extractions.retry(WRITER, done.id()));
        refused(ErrorCode.NOT_FOUND, () -> extractions.deleteFailed(WRITER, done.id()));
        assertThat(extractions.get(WRITER, done.id()).state()).isEqualTo(Extraction.State.SUCCEEDED);
    }

    @Test
    void whatWaitsIsNotTriedAgain() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        model.meanwhile = () -> {
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Extraction waiting = extractions.submit(WRITER, asked(ALICE, "I hike"), null);
        begun.await();

        refused(ErrorCode.INVALID_REQUEST, () -> extractions.retry(WRITER, waiting.id()));
        refused(ErrorCode.NOT_FOUND, () -> extractions.deleteFailed(WRITER, waiting.id()));
        goOn.countDown();
        assertThat(extractions.await(waiting, PATIENCE).state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(model.heard).hasSize(1);
    }

    @Test
    void whatIsTooMuchOrNothingIsRefused() {
        refused(ErrorCode.INVALID_REQUEST, () -> extractions.submit(WRITER, asked(ALICE), null));
        refused(ErrorCode.INVALID_REQUEST, () -> extractions.submit(WRITER, asked(ALICE, "I hike", ""), null));
        String[] many = Collections.nCopies(2_001, "x".repeat(1_000)).toArray(String[]::new);
        refused(ErrorCode.TOO_LARGE, () -> extractions.submit(WRITER, asked(ALICE, many), null));
        String[] document = Collections.nCopies(1_200, "x".repeat(1_000)).toArray(String[]::new);
        refused(ErrorCode.TOO_LARGE, () -> extractions.submit(WRITER, asked(ALICE, document), null));
        String[] roomless = Collections.nCopies(4, "x".repeat(62_500)).toArray(String[]::new);
        assertThat(4 * 62_500).as("without room for a reason").isLessThan((int) Document.MAX_SIZE);
        refused(ErrorCode.TOO_LARGE, () -> extractions.submit(WRITER, asked(ALICE, roomless), null));
        assertThat(model.heard).isEmpty();
    }

    private List<Message> earlier(ScopeIds scope) {
        say(WRITER, scope, "and more", null);
        return model.heard.getLast().earlier();
    }

    /// A session has all ids of its messages, and a run among them.
    @Test
    void sessionsAreApart() {
        say(WRITER, run("x", "yz"), "I hike", null);
        assertThat(earlier(run("xy", "z"))).isEmpty();
        assertThat(earlier(run("other", "yz"))).isEmpty();
        assertThat(earlier(run(null, "yz"))).isEmpty();
        assertThat(earlier(run("x", "yz"))).extracting(Message::text).containsExactly("I hike");
        say(WRITER, ALICE, "I hike", null);
        assertThat(earlier(ALICE)).as("without a run").isEmpty();
    }

    @Test
    void aLongMessageIsNotCutWithinACharacter() {
        say(WRITER, run(null, "r"), "x".repeat(4_095) + "\ud83c\udf6d" + "y", null);
        String kept = earlier(run(null, "r")).getFirst().text();
        assertThat(kept).isEqualTo("x".repeat(4_095));
    }

    /// Sessions and what waits or is done, of the ids that are deleted and of no others.
    @Test
    void aDeletionForgetsTheConversationsOfItsIdsAlone() {
        Extraction one = say(WRITER, run(null, "r1"), "I hike", null);
        Extraction two = say(WRITER, run(null, "r2"), "I swim", null);
        Filter first = Filter.and(Filter.scope(OwnerKind.USER, "alice"), Filter.scope(OwnerKind.RUN, "r1"));

        memories.deleteMatching(ADMIN, first, null);

        refused(ErrorCode.NOT_FOUND, () -> extractions.get(WRITER, one.id()));
        assertThat(extractions.get(WRITER, two.id()).id()).isEqualTo(two.id());
        assertThat(earlier(run(null, "r1"))).isEmpty();
        assertThat(earlier(run(null, "r2"))).extracting(Message::text).containsExactly("I swim");
    }

    /// A text may be of any conversation: a deletion that asks for it as well leaves them all.
    @Test
    void aDeletionByIdsOrTextForgetsNoConversation() {
        Extraction one = say(WRITER, run("bot", "r1"), "I hike", null);
        Filter.Compare text = new Filter.Compare(
                new Filter.Field.Named(Filter.Name.TEXT), Filter.Operator.CONTAINS, new JsonString("hike"));
        Filter either = new Filter.Or(List.of(Filter.scope(OwnerKind.AGENT, "bot"), text));

        memories.deleteMatching(ADMIN, Filter.and(Filter.scope(OwnerKind.USER, "alice"), either), null);

        assertThat(extractions.get(WRITER, one.id()).id()).isEqualTo(one.id());
        assertThat(earlier(run("bot", "r1"))).extracting(Message::text).containsExactly("I hike");
    }

    @Test
    void anErasureLeavesWhatLeadsToOthers() {
        Extraction alices = say(WRITER, ALICE, "I hike", null);
        Extraction bobs = say(WRITER, ScopeIds.user("bob"), "I swim", null);

        memories.erase(ADMIN, Filter.scope(OwnerKind.USER, "bob"), null);

        assertThat(extractions.get(WRITER, alices.id()).id()).isEqualTo(alices.id());
        refused(ErrorCode.NOT_FOUND, () -> extractions.get(WRITER, bobs.id()));
    }
}
