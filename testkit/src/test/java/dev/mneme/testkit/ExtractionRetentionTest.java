package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.job.Duty;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.SystemRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How long an extraction is remembered, and what becomes of one that waits.
class ExtractionRetentionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Caller ADMIN = Fixtures.admin();
    private static final ScopeIds ALICE = ScopeIds.user("alice");

    private final ManualClock clock = new ManualClock();
    private final ModelStore store = new ModelStore(clock);
    private final FactlessModel model = new FactlessModel();
    private final ExtractionService extractions = new ExtractionService(
            store,
            new MemoryService(store, null, clock, new Random(1), Limits.DEFAULTS),
            new ProjectService(store),
            model,
            new SystemRuntime(clock),
            new Random(2),
            new ExtractionService.Settings(2, 3, List.of(Duration.ofDays(1))));

    @AfterEach
    void close() {
        extractions.close();
        store.close();
    }

    private Extraction submit(ScopeIds scope, String text) {
        List<Message> messages = List.of(new Message("user", null, text));
        return extractions.submit(
                ADMIN,
                new ExtractionRequest(scope, messages, JsonObject.EMPTY, null, null, FactExtractor.Guidance.NONE),
                null);
    }

    /// Each looks at some for those whose time is over.
    private void submitSome() {
        for (int i = 0; i < 10; i++) {
            extractions.await(submit(ScopeIds.user("other"), "text " + i), PATIENCE);
        }
    }

    private List<UUID> ids() {
        return extractions.list(ADMIN).stream()
                .map(ExtractionService.Listed::id)
                .toList();
    }

    @Test
    void whatWaitsIsKept() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        model.meanwhile = () -> {
            model.meanwhile = () -> {};
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Extraction waiting = submit(ALICE, "I hike");
        begun.await();

        clock.advance(Duration.ofDays(60));
        submitSome();

        assertThat(ids()).contains(waiting.id());
        goOn.countDown();
        assertThat(extractions.await(waiting, PATIENCE).state()).isEqualTo(Extraction.State.SUCCEEDED);
    }

    @Test
    void ofVeryManyEachIsForgottenAfterTenMinutes() {
        Extraction done = extractions.await(submit(ALICE, "I hike"), PATIENCE);
        extractions.stop();
        for (int i = 0; i < 5_001; i++) {
            Command point = new Command.PutDocument(
                    "extractions",
                    "ffffffff-0000-8000-8000-%012d".formatted(i),
                    Fixtures.json("kind", "USER", "owner", "bob", "key", "k1"),
                    0);
            store.writeSystem(new Write(Documents.SYSTEM, Fixtures.BY, null, List.of(point)));
        }
        extractions.start(Duty.ALONE);

        clock.advance(Duration.ofMinutes(11));
        submit(ALICE, "I swim");

        assertThat(ids().contains(done.id())).isFalse();
    }

    /// It leaves its line at once, not when its next try is due.
    @Test
    void whatIsDeletedWaitsNoMore() {
        model.fails = true;
        Extraction waiting = submit(ALICE, "I hike");
        await().until(() -> extractions.get(ADMIN, waiting.id()).attempts() == 1);

        extractions.delete(ADMIN, waiting.id());

        await().until(() -> extractions.waiting() == 0);
        assertThat(model.heard).hasSize(1);
    }
}
