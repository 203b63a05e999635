package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.service.Caller;
import dev.mneme.core.service.ExtractionRequest;
import dev.mneme.core.service.ExtractionService;
import dev.mneme.core.service.Limits;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.NewMemory;
import dev.mneme.core.service.ProjectService;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.MemoryQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
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
    private final ExtractionService extractions = new ExtractionService(
            store,
            memories,
            new ProjectService(store),
            model,
            clock,
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

        @Override
        public String model() {
            return "listening";
        }

        @Override
        public boolean remote() {
            return remote;
        }

        @Override
        public List<Fact> extract(Conversation conversation) {
            heard.add(conversation);
            return IntStream.range(0, conversation.messages().size())
                    .mapToObj(i -> new Fact(conversation.messages().get(i).text(), i, List.of()))
                    .toList();
        }

        @Override
        public List<Decision> decide(List<String> facts, List<String> memories, Guidance guidance) {
            shown.addAll(memories);
            return Collections.nCopies(facts.size(), new Decision.Add());
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
        return extractions.await(caller(instance), taken.id(), PATIENCE);
    }

    private void inspire(String instance) {
        Command.SwitchMode command =
                new Command.SwitchMode(instance, Mode.INSPIRED, null, null, null, null, null, Command.ANY_VERSION);
        store.write(new Write(ALICE, caller(instance).by(), null, List.of(command)));
    }

    private List<String> texts() {
        return store
                .list(new MemoryQuery(
                        ALICE,
                        dev.mneme.core.model.Filter.scope(dev.mneme.core.model.OwnerKind.USER, "alice"),
                        MemoryQuery.Order.CREATED_AT,
                        100,
                        null,
                        true,
                        clock.instant()))
                .items()
                .stream()
                .map(dev.mneme.core.model.Memory::text)
                .toList();
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
    void aSessionThatIsOverIsForgotten() {
        say("laptop", new ScopeIds("alice", null, null, "old"), "something");
        clock.advance(Duration.ofDays(31));
        say("laptop", new ScopeIds("alice", null, null, "new"), "something else");
        say("laptop", new ScopeIds("alice", null, null, "old"), "again");

        assertThat(model.heard.getLast().earlier()).isEmpty();
    }

    @Test
    void thoseThatSucceededAreForgottenInTheEnd() {
        for (int i = 0; i < 1_100; i++) {
            say("laptop", ScopeIds.user("user" + i % 7), "fact " + i);
            clock.advance(Duration.ofMillis(1));
        }

        List<Extraction> kept = extractions.list(caller("laptop"));
        assertThat(kept).hasSizeBetween(990, 1_000);
        assertThat(kept.getFirst().state()).isEqualTo(Extraction.State.SUCCEEDED);
    }
}
