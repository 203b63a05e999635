package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Written;
import dev.mneme.core.memory.AddItem;
import dev.mneme.core.memory.Added;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.memory.Search;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.queue.Tenant;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import dev.mneme.core.spi.Embedder;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the embedder is told of who asks, and what it is not asked for at all.
class EmbeddingDemandTest {
    private static final Caller CALLER = Caller.of(
            new ApiKey("k1", "test", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);

    private final Listening embedder = new Listening();
    private final ModelStore store = new ModelStore(new ManualClock());
    private final MemoryService memories =
            new MemoryService(store, embedder, new ManualClock(), new Random(1), Limits.DEFAULTS);

    /// Remembers for whom it was asked.
    private static final class Listening implements Embedder {
        final List<Demand> heard = new CopyOnWriteArrayList<>();
        private final HashingEmbedder vectors = new HashingEmbedder();

        @Override
        public EmbeddingSpace space() {
            return vectors.space();
        }

        @Override
        public Embedding embed(String text, Demand demand) {
            heard.add(demand);
            return vectors.embed(text, demand);
        }

        @Override
        public QueryEmbedding embedQuery(String query, Demand demand) {
            heard.add(demand);
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

    private static NewMemory memory(String user, String text, float @Nullable [] vector) {
        String embedder = vector == null ? null : "another";
        return new NewMemory(
                ScopeIds.user(user), text, null, null, JsonObject.EMPTY, List.of(), null, null, vector, embedder, true);
    }

    private void search(Caller caller, String user) {
        Search search = new Search("tea", null, null, Filter.scope(OwnerKind.USER, user), 10, 0, false, null);
        memories.search(caller, search, ReadOptions.DEFAULT);
    }

    private static Demand demand(Purpose purpose, String user) {
        return new Demand(purpose, new Tenant("k1", Owner.user(user)));
    }

    @Test
    void theKeyAndTheOwnerAreToldAndWhetherSomebodyWaits() {
        memories.add(CALLER, memory("alice", "likes tea", null), null);
        search(CALLER, "alice");

        assertThat(embedder.heard).containsExactly(demand(Purpose.ADD, "alice"), demand(Purpose.QUERY, "alice"));
    }

    @Test
    void whatSaysSoIsBulkWorkAndSoIsAnAddOfMany() {
        memories.add(CALLER.asBulk(), memory("alice", "likes tea", null), null);
        List<AddItem> many = IntStream.range(0, 101)
                .<AddItem>mapToObj(i -> new AddItem.Valid(memory("bob", "note " + i, null)))
                .toList();
        memories.addAll(CALLER, many, null);
        memories.addAll(CALLER, many.subList(0, 1), null);

        assertThat(embedder.heard.getFirst()).isEqualTo(demand(Purpose.BULK, "alice"));
        assertThat(embedder.heard.subList(1, 102)).containsOnly(demand(Purpose.BULK, "bob"));
        assertThat(embedder.heard.getLast()).isEqualTo(demand(Purpose.ADD, "bob"));
    }

    @Test
    void whatWillBeRefusedAsOfAnotherEmbedderIsNotEmbedded() {
        Written<Memory> first = memories.add(CALLER, memory("alice", "likes tea", new float[] {1, 0}), null);
        MemoryPatch patch = new MemoryPatch("likes coffee", null, null, null, null, null, 1);

        assertThatThrownBy(() -> memories.add(CALLER, memory("alice", "likes coffee", null), null))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH);
                    assertThat(e.field()).isEqualTo("vector");
                    assertThat(e).hasMessageContaining("another");
                });
        assertThatThrownBy(() -> memories.update(CALLER, first.subject().id(), patch, null))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH));
        search(CALLER, "alice");
        search(CALLER, "nobody");

        assertThat(embedder.heard).isEmpty();
    }

    private static Write.Idempotency key(String key) {
        return new Write.Idempotency(key, new byte[32]);
    }

    private static List<AddItem> items(NewMemory... memories) {
        return Stream.of(memories).<AddItem>map(AddItem.Valid::new).toList();
    }

    private static void assertMismatch(MnemeException refused, boolean replayed) {
        assertThat(refused.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH);
        assertThat(refused.field()).isEqualTo("vector");
        assertThat(refused.isReplayed()).isEqualTo(replayed);
    }

    private static void assertMismatch(Added refused, boolean replayed) {
        assertThat(refused)
                .isInstanceOfSatisfying(Added.Refused.class, each -> assertMismatch(each.failure(), replayed));
    }

    /// A key changes nothing of that: neither the first time nor when the request comes again.
    @Test
    void norIsItUnderAnIdempotencyKey() {
        MemoryId tea = memories.add(CALLER, memory("alice", "likes tea", new float[] {1, 0}), null)
                .subject()
                .id();
        MemoryPatch patch = new MemoryPatch("likes coffee", null, null, null, null, null, 1);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> memories.add(CALLER, memory("alice", "likes coffee", null), key("add")))
                    .isInstanceOfSatisfying(MnemeException.class, e -> assertMismatch(e, false));
            assertThatThrownBy(() -> memories.update(CALLER, tea, patch, key("update")))
                    .isInstanceOfSatisfying(MnemeException.class, e -> assertMismatch(e, false));
        }
        assertThat(embedder.heard).isEmpty();
    }

    @Test
    void aRepeatedRequestIsAnsweredAsBeforeAndNotEmbeddedAgain() {
        NewMemory tea = memory("alice", "likes tea", null);
        Written<Memory> first = memories.add(CALLER, tea, key("add"));
        Memory memory = first.subject();
        MemoryPatch patch = new MemoryPatch("likes coffee", null, null, null, null, null, 1);
        Written<Memory> updated = memories.update(CALLER, memory.id(), patch, key("update"));
        MemoryPatch late = new MemoryPatch("likes mate", null, null, null, null, null, 1);
        assertThatThrownBy(() -> memories.update(CALLER, memory.id(), late, key("late")))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
        moveToAnotherSpace("alice", memory.id(), 2);
        embedder.heard.clear();

        Written<Memory> again = memories.add(CALLER, tea, key("add"));
        assertThat(again).isEqualTo(first.asReplayed());
        assertThat(memories.update(CALLER, memory.id(), patch, key("update"))).isEqualTo(updated.asReplayed());
        assertThatThrownBy(() -> memories.update(CALLER, memory.id(), late, key("late")))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
                    assertThat(e.isReplayed()).isTrue();
                });
        Write.Idempotency other = new Write.Idempotency("add", new byte[] {1});
        assertThatThrownBy(() -> memories.add(CALLER, tea, other))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED));
        assertThat(embedder.heard).isEmpty();
    }

    private void moveToAnotherSpace(String user, MemoryId id, long version) {
        Owner owner = Owner.user(user);
        Embedding another = Embedding.ofCaller("another", new float[] {1, 0});
        for (Command command : List.of(
                new Command.BeginSpace(another.space()),
                new Command.StageEmbedding(id, version, another),
                new Command.SwitchSpace(another.space()))) {
            store.write(new Write(owner, CALLER.by(), null, List.of(command)));
        }
        assertThat(store.space(owner).now()).isEqualTo(another.space());
    }

    /// What was refused before the store was asked is refused again, and the rest has its answers.
    @Test
    void ofSomeThatWereRefusedEachIsAnsweredAsBefore() {
        List<AddItem> items = items(
                memory("alice", "likes tea", new float[] {1, 0}),
                memory("bob", "likes milk", null),
                memory("alice", "likes coffee", null),
                memory("alice", "likes mate", new float[] {0, 1}));
        memories.add(CALLER, memory("alice", "likes rain", new float[] {1, 1}), null);

        List<Added> first = memories.addAll(CALLER, items, key("all"));
        List<Added> again = memories.addAll(CALLER, items, key("all"));

        assertMismatch(first.get(2), false);
        assertMismatch(again.get(2), true);
        for (int i : List.of(0, 1, 3)) {
            Added.Stored stored = (Added.Stored) first.get(i);
            assertThat(again.get(i)).isEqualTo(new Added.Stored(stored.written().asReplayed()));
        }
        assertThat(embedder.heard).containsExactly(demand(Purpose.ADD, "bob"));
    }

    /// Another space since then makes no other request of it.
    @Test
    void whatAllWasTakenOfIsAnsweredSoWhateverTheSpaceIsNow() {
        List<AddItem> items = items(memory("alice", "likes tea", null));
        Written<Memory> first =
                ((Added.Stored) memories.addAll(CALLER, items, key("all")).getFirst()).written();
        moveToAnotherSpace("alice", first.subject().id(), 1);

        assertThat(memories.addAll(CALLER, items, key("all"))).containsExactly(new Added.Stored(first.asReplayed()));
    }
}
