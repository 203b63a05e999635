package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Written;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// What an instance writes while it is `inspired` is never given to a remote model.
class InspiredTextTest {
    private static final Owner ALICE = Owner.user("alice");

    private final ManualClock clock = new ManualClock();
    private final ModelStore store = new ModelStore(clock);
    private final Listening embedder = new Listening();
    private final MemoryService memories = new MemoryService(store, embedder, clock, new Random(1), Limits.DEFAULTS);

    /// A model on another machine, which remembers what it was sent.
    private static final class Listening implements Embedder {
        final List<String> heard = new CopyOnWriteArrayList<>();
        private final HashingEmbedder vectors = new HashingEmbedder();

        @Override
        public EmbeddingSpace space() {
            return vectors.space();
        }

        @Override
        public Embedding embed(String text, Demand demand) {
            heard.add(text);
            return vectors.embed(text, demand);
        }

        @Override
        public QueryEmbedding embedQuery(String query, Demand demand) {
            heard.add(query);
            return vectors.embedQuery(query, demand);
        }

        @Override
        public boolean remote() {
            return true;
        }

        @Override
        public void close() {
            vectors.close();
        }
    }

    private static Caller caller(String instance) {
        ApiKey key = new ApiKey("k1", "test", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]);
        return Caller.of(key, instance);
    }

    private Written<Memory> add(String instance, String text) {
        NewMemory memory = new NewMemory(
                ScopeIds.user("alice"), text, null, null, JsonObject.EMPTY, List.of(), null, null, null, null, true);
        return memories.add(caller(instance), memory, null);
    }

    private void switchTo(String instance, Mode mode) {
        Command.SwitchMode command =
                new Command.SwitchMode(instance, mode, null, null, null, null, null, Command.ANY_VERSION);
        store.write(new Write(ALICE, caller(instance).by(), null, List.of(command)));
    }

    @Test
    void textsOfAnInspiredInstanceStayHereAndThoseOfOthersDoNot() {
        switchTo("phone", Mode.INSPIRED);
        assertThat(add("phone", "my diary").subject().localOnly()).isTrue();
        add("laptop", "my shopping");
        assertThat(embedder.heard).containsExactly("my shopping");
    }

    @Test
    void aLaterChangeOfSuchATextByAnotherInstanceStaysHereToo() {
        switchTo("phone", Mode.INSPIRED);
        Written<Memory> added = add("phone", "my diary");
        switchTo("phone", Mode.DIDACTIC);
        MemoryPatch patch = new MemoryPatch("my diary, continued", null, null, null, null, null, Command.ANY_VERSION);
        Written<Memory> updated =
                memories.update(caller("laptop"), added.subject().id(), patch, null);
        assertThat(updated.subject().localOnly()).isTrue();
        assertThat(embedder.heard).isEmpty();
    }
}
