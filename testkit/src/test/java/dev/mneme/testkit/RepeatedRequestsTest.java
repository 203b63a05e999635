package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.Written;
import dev.mneme.core.memory.AddItem;
import dev.mneme.core.memory.Added;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// A request that is sent again under its idempotency key does nothing new, and is never answered for
/// something that it did not do.
class RepeatedRequestsTest {
    private static final Idempotency KEY = new Idempotency("once", new byte[32]);
    private static final Caller ADMIN = Caller.of(
            new ApiKey("k1", "test", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);

    private final Failing embedder = new Failing();
    private final MemoryService memories = new MemoryService(
            new ModelStore(new ManualClock()), embedder, new ManualClock(), new Random(1), Limits.DEFAULTS);

    /// Fails for one text, while it is told to.
    private static final class Failing implements Embedder {
        private final HashingEmbedder vectors = new HashingEmbedder();
        private String fails = "";

        @Override
        public EmbeddingSpace space() {
            return vectors.space();
        }

        @Override
        public Embedding embed(String text, Demand demand) {
            if (text.equals(fails)) {
                throw new MnemeException(ErrorCode.OVERLOADED, "The model is away.");
            }
            return vectors.embed(text, demand);
        }

        @Override
        public QueryEmbedding embedQuery(String query, Demand demand) {
            return vectors.embedQuery(query, demand);
        }

        @Override
        public boolean remote() {
            return false;
        }

        @Override
        public void close() {
            vectors.close();
        }
    }

    private static NewMemory memory(ScopeIds scope, String text) {
        return new NewMemory(scope, text, null, null, JsonObject.EMPTY, List.of(), null, null, null, null, true);
    }

    private static AddItem item(String text) {
        return new AddItem.Valid(memory(ScopeIds.user("alice"), text));
    }

    private static List<String> texts(List<Added> added) {
        return added.stream()
                .map(each -> each instanceof Added.Stored(Written<Memory> written)
                        ? written.subject().text()
                        : "refused")
                .toList();
    }

    @Test
    void aBatchOfWhichTheModelFailsOneItemIsDoneAsAWholeOrNotAtAll() {
        List<AddItem> items = List.of(item("AAA likes tea"), item("BBB likes tea"));
        embedder.fails = "AAA likes tea";
        assertThatThrownBy(() -> memories.addAll(ADMIN, items, KEY)).isInstanceOf(MnemeException.class);
        embedder.fails = "BBB likes tea";
        assertThatThrownBy(() -> memories.addAll(ADMIN, items, KEY)).isInstanceOf(MnemeException.class);
        embedder.fails = "";
        assertThat(texts(memories.addAll(ADMIN, items, KEY))).containsExactly("AAA likes tea", "BBB likes tea");
        assertThat(texts(memories.addAll(ADMIN, items, KEY))).containsExactly("AAA likes tea", "BBB likes tea");
    }

    @Test
    void withoutAKeyEachItemHasItsOwnOutcome() {
        embedder.fails = "AAA likes tea";
        List<Added> added = memories.addAll(ADMIN, List.of(item("AAA likes tea"), item("BBB likes tea")), null);
        assertThat(texts(added)).containsExactly("refused", "BBB likes tea");
    }

    /// A store whose disk is full where it keeps what is of bob, while `full` holds.
    private static Store fullForBob(Store store, AtomicBoolean full) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (full.get()
                            && method.getName().equals("write")
                            && ((Write) arguments[0]).owner().equals(Owner.user("bob"))) {
                        throw new MnemeException(ErrorCode.STORAGE_FULL, "The disk is full.");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    @Test
    void whatMayPassFailsTheRequestThatCanBeRepeated() {
        AtomicBoolean full = new AtomicBoolean(true);
        MemoryService service = new MemoryService(
                fullForBob(new ModelStore(new ManualClock()), full),
                embedder,
                new ManualClock(),
                new Random(1),
                Limits.DEFAULTS);
        List<AddItem> items = List.of(item("likes tea"), new AddItem.Valid(memory(ScopeIds.user("bob"), "likes milk")));
        assertThat(texts(service.addAll(ADMIN, items, null)))
                .as("without a key")
                .containsExactly("likes tea", "refused");
        assertThatThrownBy(() -> service.addAll(ADMIN, items, KEY))
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FULL));
        full.set(false);
        assertThat(texts(service.addAll(ADMIN, items, KEY))).containsExactly("likes tea", "likes milk");
    }

    @Test
    void aDeletionOfMoreThanOneCommandTakesIsDoneAndRepeatedAsOne() {
        Filter alice = Filter.scope(OwnerKind.USER, "alice");
        for (int n = 0; n < 300; n++) {
            memories.add(ADMIN, memory(ScopeIds.user("alice"), "note " + n), null);
        }
        assertThat(memories.deleteMatching(ADMIN, alice, KEY).count()).isEqualTo(300);
        memories.add(ADMIN, memory(ScopeIds.user("alice"), "written later"), null);
        assertThat(memories.deleteMatching(ADMIN, alice, KEY).count()).isEqualTo(300);
        assertThat(memories.deleteMatching(ADMIN, alice, null).count())
                .as("what was written after the first request")
                .isEqualTo(1);
    }

    @Test
    void aDeletionOverSeveralOwnersTakesNoKey() {
        memories.add(ADMIN, memory(new ScopeIds("alice", "bot", null, null), "of alice"), null);
        Filter bot = Filter.scope(OwnerKind.AGENT, "bot");
        assertThatThrownBy(() -> memories.deleteMatching(ADMIN, bot, KEY))
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        refused -> assertThat(refused.field()).isEqualTo("Idempotency-Key"));
        assertThat(memories.deleteMatching(ADMIN, bot, null).count()).isEqualTo(1);
    }
}
