package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.queue.Tenant;
import dev.mneme.core.service.Caller;
import dev.mneme.core.service.Limits;
import dev.mneme.core.service.MemoryPatch;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.NewMemory;
import dev.mneme.core.service.ReadOptions;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import dev.mneme.core.spi.Embedder;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the embedder is told of who asks, and what it is not asked for at all.
class EmbeddingDemandTest {
    private static final Caller CALLER = Caller.of(
            new ApiKey("k1", "test", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);

    private final Listening embedder = new Listening();
    private final MemoryService memories = new MemoryService(
            new ModelStore(new ManualClock()), embedder, new ManualClock(), new Random(1), Limits.DEFAULTS);

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
        MemoryService.Search search =
                new MemoryService.Search("tea", null, null, Filter.scope(OwnerKind.USER, user), 10, 0, false, null);
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
        List<MemoryService.Item> many = IntStream.range(0, 101)
                .<MemoryService.Item>mapToObj(i -> new MemoryService.Item.Valid(memory("bob", "note " + i, null)))
                .toList();
        memories.addAll(CALLER, many, null);
        memories.addAll(CALLER, many.subList(0, 1), null);

        assertThat(embedder.heard.getFirst()).isEqualTo(demand(Purpose.BULK, "alice"));
        assertThat(embedder.heard.subList(1, 102)).containsOnly(demand(Purpose.BULK, "bob"));
        assertThat(embedder.heard.getLast()).isEqualTo(demand(Purpose.ADD, "bob"));
    }

    @Test
    void whatWillBeRefusedAsOfAnotherEmbedderIsNotEmbedded() {
        MemoryService.Added.Stored first = memories.add(CALLER, memory("alice", "likes tea", new float[] {1, 0}), null);
        MemoryPatch patch = new MemoryPatch("likes coffee", null, null, null, null, null, 1);

        assertThatThrownBy(() -> memories.add(CALLER, memory("alice", "likes coffee", null), null))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH);
                    assertThat(e.field()).isEqualTo("vector");
                    assertThat(e).hasMessageContaining("another");
                });
        assertThatThrownBy(
                        () -> memories.update(CALLER, first.outcome().memory().id(), patch, null))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH));
        search(CALLER, "alice");
        search(CALLER, "nobody");

        assertThat(embedder.heard).isEmpty();
    }
}
