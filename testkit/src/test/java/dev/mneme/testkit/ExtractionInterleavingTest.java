package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.Caller;
import dev.mneme.core.conversation.ExtractionDocuments;
import dev.mneme.core.conversation.ExtractionDocuments.Stored;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.conversation.SessionMessages;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.job.Duty;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What happens between a read and the write that follows from it.
class ExtractionInterleavingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Caller ADMIN = Fixtures.admin();
    private static final ScopeIds SESSION = new ScopeIds("alice", null, null, "r1");

    /// Comes after an owner's documents were read.
    private interface Then {
        void read(Owner owner, String collection);
    }

    private final ManualClock clock = new ManualClock();
    private final ModelStore plain = new ModelStore(clock);
    private final Store store = interrupted();
    private final ExtractionDocuments documents = new ExtractionDocuments(plain);
    private final FactlessModel model = new FactlessModel();
    private final MemoryService memories = new MemoryService(store, null, clock, new Random(1), Limits.DEFAULTS);
    private final ExtractionService extractions = service(2);
    private volatile Then then = (owner, collection) -> {};

    private ExtractionService service(long seed) {
        return new ExtractionService(
                store,
                memories,
                new ProjectService(store),
                model,
                new SystemRuntime(clock),
                new Random(seed),
                new ExtractionService.Settings(2, 1, List.of(Duration.ofMillis(1))));
    }

    @AfterEach
    void close() {
        extractions.close();
        plain.close();
    }

    /// The plain store, with `then` after each read of documents.
    private Store interrupted() {
        Documents read = new Documents() {
            @Override
            public Optional<Document> find(Owner owner, String collection, String id) {
                Optional<Document> found = plain.documents().find(owner, collection, id);
                then.read(owner, collection);
                return found;
            }

            @Override
            public List<Document> list(Owner owner, String collection, @Nullable String afterId, int limit) {
                List<Document> found = plain.documents().list(owner, collection, afterId, limit);
                then.read(owner, collection);
                return found;
            }
        };
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (_, method, arguments) -> {
                    if (method.getName().equals("documents")) {
                        return read;
                    }
                    try {
                        return method.invoke(plain, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Extraction say(ScopeIds scope, String text) {
        List<Message> messages = List.of(new Message("user", null, text));
        ExtractionRequest request =
                new ExtractionRequest(scope, messages, JsonObject.EMPTY, null, null, FactExtractor.Guidance.NONE);
        return extractions.await(extractions.submit(ADMIN, request, null), PATIENCE);
    }

    private Extraction failed(ScopeIds scope) {
        model.fails = true;
        Extraction failed = say(scope, "I hike");
        model.fails = false;
        assertThat(failed.state()).isEqualTo(Extraction.State.FAILED);
        return failed;
    }

    /// Writes it once more, as it is, after the next read of extractions.
    private void changeOnce(Owner owner, UUID id) {
        then = (of, collection) -> {
            if (of.equals(owner) && collection.equals("extractions")) {
                then = (_, _) -> {};
                Stored now = documents.find(owner, id).orElseThrow();
                documents.write(
                        Fixtures.BY,
                        owner,
                        ExtractionDocuments.put(now.extraction(), now.asked(), now.requestHash(), now.version()));
            }
        };
    }

    private List<Document> kept(String collection) {
        return plain.documents().list(Fixtures.ALICE, collection, null, 10);
    }

    @Test
    void aDeletionTakesWhatHasChangedMeanwhile() {
        UUID id = failed(SESSION).id();
        changeOnce(Fixtures.ALICE, id);

        extractions.delete(ADMIN, id);

        assertThat(kept("extractions")).isEmpty();
        assertThat(documents.pointers()).isEmpty();
    }

    @Test
    void whatIsDeletedAsFailedIsAsItWasSeen() {
        UUID id = failed(SESSION).id();
        changeOnce(Fixtures.ALICE, id);

        assertThatThrownBy(() -> extractions.deleteFailed(ADMIN, id))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));

        assertThat(extractions.get(ADMIN, id).messages()).hasSize(1);
    }

    @Test
    void aDeletionByIdsTakesWhatHasChangedMeanwhile() {
        UUID id = failed(SESSION).id();
        changeOnce(Fixtures.ALICE, id);

        memories.deleteMatching(ADMIN, Filter.scope(OwnerKind.USER, "alice"), null);

        assertThat(kept("extractions")).isEmpty();
    }

    @Test
    void anOwnerWhoCannotBeReadKeepsNoOthersConversations() {
        failed(new ScopeIds("bob", "bot", null, null));
        clock.advance(Duration.ofSeconds(1));
        failed(new ScopeIds("alice", "bot", null, null));
        then = (owner, _) -> {
            if (owner.equals(Fixtures.BOB)) {
                throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, "not as it was written");
            }
        };

        memories.deleteMatching(ADMIN, Filter.scope(OwnerKind.AGENT, "bot"), null);

        assertThat(kept("extractions")).isEmpty();
    }

    /// Such as by another node, which does the work after this one stood still.
    @Test
    void whatAnotherHasDoneMeanwhileIsNotDoneAgain() {
        ExtractionService other = service(3);
        model.meanwhile = () -> {
            model.meanwhile = () -> {};
            other.start(Duty.ALONE);
            UUID id = other.list(ADMIN).getFirst().id();
            assertThat(other.await(other.get(ADMIN, id), PATIENCE).state()).isEqualTo(Extraction.State.SUCCEEDED);
            model.fails = true;
        };

        Extraction done = say(SESSION, "I hike");

        assertThat(done.state()).isEqualTo(Extraction.State.SUCCEEDED);
        assertThat(model.heard).as("once by each").hasSize(2);
        other.stop();
    }

    @Test
    void whatIsSaidMeanwhileStaysInTheSession() {
        SessionMessages sessions = new SessionMessages(plain);
        model.meanwhile = () -> then = (_, collection) -> {
            if (collection.equals("sessions")) {
                then = (_, _) -> {};
                List<Message> swim = List.of(new Message("user", null, "I swim"));
                documents.write(
                        Fixtures.BY,
                        Fixtures.ALICE,
                        SessionMessages.adding(
                                sessions.find(SESSION, clock.instant()).orElseThrow(), swim, false));
            }
        };
        assertThat(say(SESSION, "I hike").state()).isEqualTo(Extraction.State.SUCCEEDED);
        model.meanwhile = () -> {};

        say(SESSION, "and more");

        assertThat(model.heard.getLast().earlier()).extracting(Message::text).containsExactly("I swim", "I hike");
    }
}
