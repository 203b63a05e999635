package dev.mneme.api.mem0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.job.Duty;
import dev.mneme.core.job.Jobs;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.Webhook;
import dev.mneme.core.model.WebhookDelivery;
import dev.mneme.core.model.WebhookDelivery.State;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.spi.WebhookSender;
import dev.mneme.core.webhook.WebhookDispatcher;
import dev.mneme.core.webhook.WebhookService;
import dev.mneme.core.webhook.WebhookService.Wanted;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ManualLeadership;
import dev.mneme.testkit.ModelHome;
import dev.mneme.testkit.ModelStore;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookDispatcherTest {
    private static final Owner ALICE = Owner.user("alice");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<Duration> AT_ONCE = List.of(Duration.ZERO, Duration.ZERO, Duration.ZERO);
    private static final List<Duration> NEVER = List.of(Duration.ofDays(1));

    private final ManualClock clock = new ManualClock();
    private final ModelHome home = new ModelHome();
    private final Caller operator = Caller.of(
            new ApiKey("k", "k", Role.ADMIN, Restriction.NONE, ManualClock.START, null, null, new byte[32]), null);
    private final ScriptedSender sender = new ScriptedSender();
    private ModelStore store = open();
    private WebhookService webhooks = service();
    private WebhookDispatcher dispatcher = dispatcher(AT_ONCE);

    /// Answers as it is told, and remembers what it was given. The count is of one webhook's deliveries: of several
    /// they come side by side.
    private static final class ScriptedSender implements WebhookSender {
        private record Sent(String webhook, String delivery, String body) {}

        private final List<Sent> sent = new CopyOnWriteArrayList<>();
        private final AtomicInteger begun = new AtomicInteger();
        private volatile IntUnaryOperator status = n -> 200;
        private volatile String away = ""; // the webhook whose receiver is

        @Override
        public int send(Webhook webhook, String deliveryId, Instant at, byte[] body) throws IOException {
            begun.incrementAndGet();
            int answer = webhook.id().equals(away) ? 0 : status.applyAsInt(sent.size());
            sent.add(new Sent(webhook.id(), deliveryId, new String(body, StandardCharsets.UTF_8)));
            if (answer == 0) {
                throw new IOException("nobody is there");
            }
            return answer;
        }

        List<String> bodies() {
            return sent.stream().map(Sent::body).toList();
        }
    }

    private ModelStore open() {
        return new ModelStore(home, StoreSettings.of("home", clock));
    }

    private WebhookService service() {
        return new WebhookService(store, clock, new SecureRandom(), host -> false);
    }

    private WebhookDispatcher dispatcher(List<Duration> retries) {
        return new WebhookDispatcher(
                store, webhooks, sender, WebhookRoutes::payload, new SystemRuntime(clock), retries);
    }

    @BeforeEach
    void start() {
        dispatcher.start(Duty.ALONE);
    }

    @AfterEach
    void stop() {
        dispatcher.close();
        store.close();
    }

    private void restart(List<Duration> retries) {
        stop();
        store = open();
        webhooks = service();
        dispatcher = dispatcher(retries);
        dispatcher.start(Duty.ALONE);
    }

    private Webhook webhook(ChangeType... events) {
        return webhooks.create(
                operator, new Wanted("n", "https://example.org/h", EnumSet.copyOf(List.of(events)), null));
    }

    private Memory add(String text) {
        return Fixtures.stored(store.write(Fixtures.write(ALICE, Fixtures.add("alice", text))));
    }

    private void awaitSent(int count) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sender.sent).hasSizeGreaterThanOrEqualTo(count));
    }

    private List<WebhookDelivery> deliveries(Webhook webhook) {
        return webhooks.deliveries(operator, webhook.id());
    }

    private void awaitState(Webhook webhook, State state) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(deliveries(webhook))
                        .first()
                        .extracting(WebhookDelivery::state)
                        .isEqualTo(state));
    }

    @Test
    void aWebhookIsToldOfWhatItAskedForSinceItIsThere() {
        add("before");
        clock.advance(Duration.ofSeconds(1));
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED, ChangeType.MEMORY_DELETED);

        Memory tea = add("likes tea");
        store.write(Fixtures.write(ALICE, Fixtures.retext(tea.id(), "likes coffee")));
        store.write(Fixtures.write(ALICE, new Command.DeleteMemory(tea.id(), Command.ANY_VERSION)));

        awaitSent(2);
        assertThat(sender.bodies().get(0))
                .contains(
                        "\"event\":\"ADD\"",
                        "\"memory\":\"likes tea\"",
                        tea.id().toString(),
                        "\"user_id\":\"alice\"");
        assertThat(sender.bodies().get(1)).contains("\"event\":\"DELETE\"");
        awaitState(webhook, State.DELIVERED);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(deliveries(webhook)).hasSize(2));
        assertThat(sender.sent).hasSize(2);
    }

    @Test
    void whatFailsIsTriedAgainUnderTheSameId() {
        sender.status = n -> n == 0 ? 0 : n == 1 ? 503 : 204;
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);

        add("likes tea");

        awaitState(webhook, State.DELIVERED);
        assertThat(sender.sent).hasSize(3);
        assertThat(sender.sent.stream().map(ScriptedSender.Sent::delivery))
                .containsOnly(deliveries(webhook).getFirst().id());
        assertThat(deliveries(webhook).getFirst().attempts()).isEqualTo(3);
        assertThat(deliveries(webhook)).hasSize(1);
    }

    @Test
    void whatFailsForGoodIsGivenUpAndTheNextIsTold() {
        sender.status = n -> n < 4 ? 500 : 200;
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);

        add("refused");
        add("taken");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(deliveries(webhook)).hasSize(2));
        assertThat(deliveries(webhook).get(1).state()).isEqualTo(State.FAILED);
        assertThat(deliveries(webhook).get(1).attempts()).isEqualTo(4);
        assertThat(deliveries(webhook).get(1).status()).isEqualTo(500);
        assertThat(deliveries(webhook).getFirst().state()).isEqualTo(State.DELIVERED);
        assertThat(sender.bodies().getLast()).contains("taken");
    }

    @Test
    void whatWasNotDeliveredIsDeliveredAfterARestart() {
        restart(NEVER);
        sender.status = n -> 0;
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        add("likes tea");
        awaitState(webhook, State.RETRYING);
        String delivery = sender.sent.getFirst().delivery();

        stop();
        store = open();
        add("said while it was stopped");
        sender.status = n -> 200;
        restart(NEVER);

        awaitSent(3);
        assertThat(sender.sent.get(1).delivery()).isEqualTo(delivery);
        assertThat(sender.bodies().get(1)).contains("likes tea");
        assertThat(sender.bodies().get(2)).contains("said while it was stopped");
    }

    @Test
    void whatWasDeliveredIsNotDeliveredAgainAfterARestart() {
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        add("likes tea");
        awaitState(webhook, State.DELIVERED);

        restart(AT_ONCE);
        add("likes coffee");

        awaitSent(2);
        assertThat(sender.bodies().get(1)).contains("likes coffee");
        assertThat(deliveries(webhook)).isNotEmpty();
    }

    /// As a job does whose node leads no more, and then again.
    @Test
    void oneThatIsStoppedTellsNothingAndGoesOnWhenItIsStartedAgain() {
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        add("likes tea");
        awaitState(webhook, State.DELIVERED);

        dispatcher.stop();
        add("said while it was stopped");
        webhook(ChangeType.MEMORY_DELETED);
        assertThat(sender.bodies()).hasSize(1);
        dispatcher.start(Duty.ALONE);

        awaitSent(2);
        assertThat(sender.bodies().get(1)).contains("said while it was stopped");
    }

    /// The role goes while the first receiver is being told: nothing more is sent, nor written down, by this node.
    @Test
    void nothingMoreIsToldOnceTheRoleIsLost() {
        dispatcher.stop();
        ManualLeadership roles = new ManualLeadership(1);
        roles.give(ShardId.SYSTEM, 3);
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        add("first");
        add("second");
        sender.status = n -> {
            if (n == 0) {
                roles.take(ShardId.SYSTEM);
            }
            return 200;
        };
        try (Jobs jobs = new Jobs(List.of(dispatcher), roles, new SystemRuntime(clock))) {
            jobs.start();
            await().atMost(PATIENCE)
                    .until(() -> !sender.sent.isEmpty() && jobs.running().isEmpty());
            assertThat(sender.bodies()).hasSize(1);
            assertThat(deliveries(webhook))
                    .as("what the next primary goes on from")
                    .isEmpty();

            roles.give(ShardId.SYSTEM, 4);
            awaitSent(3);
            assertThat(sender.bodies().get(1)).as("once more").contains("first");
            assertThat(sender.bodies().get(2)).contains("second");
        }
    }

    @Test
    void whatAnInspiredInstanceWritesIsNeverSent() {
        Memory tea = add("likes tea");
        clock.advance(Duration.ofSeconds(1));
        webhook(ChangeType.MEMORY_ADDED, ChangeType.MEMORY_DELETED);
        store.write(Fixtures.write(
                ALICE,
                new Command.SwitchMode(
                        Fixtures.BY.instance(), Mode.INSPIRED, null, JsonObject.EMPTY, null, null, null, -1)));
        assertThat(add("a secret").localOnly()).isTrue();
        store.write(Fixtures.write(ALICE, new Command.DeleteMemory(tea.id(), Command.ANY_VERSION)));
        store.write(Fixtures.write(
                ALICE,
                new Command.SwitchMode(
                        Fixtures.BY.instance(), Mode.PARALLEL, null, JsonObject.EMPTY, null, null, null, -1)));
        add("no secret");

        awaitSent(1);
        assertThat(sender.bodies()).hasSize(1).first().asString().contains("no secret");
    }

    @Test
    void oneThatWasBehindForTooLongIsToldWhatIsKeptAndNothingTwice() {
        stop();
        store = new ModelStore(home, StoreSettings.of("home", clock).withChangesPerOwner(3));
        webhooks = service();
        dispatcher = dispatcher(AT_ONCE);
        dispatcher.start(Duty.ALONE);
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        store.write(Fixtures.write(Owner.user("bob"), Fixtures.add("bob", "told before")));
        awaitState(webhook, State.DELIVERED);
        dispatcher.close();
        for (int i = 0; i < 5; i++) {
            add("n" + i);
        }

        dispatcher = dispatcher(AT_ONCE);
        dispatcher.start(Duty.ALONE);

        awaitSent(4);
        add("last");
        awaitSent(5);
        assertThat(sender.bodies()).hasSize(5);
        assertThat(sender.bodies().get(1)).contains("n2");
        assertThat(sender.bodies().get(4)).contains("last");
    }

    @Test
    void oneThatFailsHoldsUpNobodyElse() {
        restart(NEVER);
        Webhook down = webhook(ChangeType.MEMORY_ADDED);
        Webhook up = webhook(ChangeType.MEMORY_ADDED);
        sender.away = down.id();
        add("one");
        awaitSent(2);

        add("two");

        awaitSent(3);
        awaitState(up, State.DELIVERED);
        awaitState(down, State.RETRYING);
        assertThat(sender.sent.stream().map(ScriptedSender.Sent::webhook).distinct())
                .containsExactlyInAnyOrder(down.id(), up.id());
    }

    @Test
    void aChangedAddressIsTriedAtOnce() {
        restart(NEVER);
        sender.status = n -> n == 0 ? 0 : 200;
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        add("likes tea");
        awaitState(webhook, State.RETRYING);

        webhooks.update(operator, webhook.id(), new Wanted(null, "https://example.org/other", null, null));

        awaitState(webhook, State.DELIVERED);
    }

    @Test
    void aBusyFeedMakesNoWriteOfEachChange() {
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        long begun = System.nanoTime();
        for (int i = 1; i <= 30; i++) {
            add("n" + i);
            awaitSent(i);
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(deliveries(webhook)).hasSize(30));

        long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
        long writes = store.systemDocuments()
                .find(Documents.SYSTEM, "webhook-progress", webhook.id())
                .orElseThrow()
                .version();
        assertThat(writes).isLessThanOrEqualTo(4 + seconds);
    }

    @Test
    void changesOfTheWebhookUseUpNoRetry() {
        restart(NEVER);
        sender.status = n -> 0;
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        add("likes tea");
        for (int tries = 1; tries <= 3; tries++) {
            awaitSent(tries);
            if (tries == 3) {
                sender.status = n -> 200;
            }
            webhooks.update(operator, webhook.id(), new Wanted("n" + tries, null, null, null));
        }

        awaitState(webhook, State.DELIVERED);
        assertThat(deliveries(webhook).getFirst().attempts()).isEqualTo(4);
    }

    @Test
    void aSenderThatBreaksHasFailedToDeliver() {
        AtomicBoolean broken = new AtomicBoolean(true);
        sender.status = n -> {
            if (broken.getAndSet(false)) {
                throw new IllegalArgumentException("port out of range");
            }
            return 200;
        };
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);

        add("likes tea");

        awaitState(webhook, State.DELIVERED);
        assertThat(deliveries(webhook).getFirst().attempts()).isEqualTo(2);
    }

    @Test
    void closingWaitsForNoDeliveryThatCannotBeBrokenOff() {
        CountDownLatch released = new CountDownLatch(1);
        sender.status = n -> {
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    // as a look-up of a name takes it
                }
            }
            return 200;
        };
        CountDownLatch closed = new CountDownLatch(1);
        webhook(ChangeType.MEMORY_ADDED);
        add("likes tea");
        await().atMost(PATIENCE).until(() -> sender.begun.get() > 0);
        Thread.ofVirtual().start(() -> {
            dispatcher.close();
            closed.countDown();
        });

        try {
            await().atMost(PATIENCE).until(() -> closed.getCount() == 0);
        } finally {
            released.countDown();
        }
    }

    @Test
    void aRemovedOneIsToldNothingMore() {
        Webhook webhook = webhook(ChangeType.MEMORY_ADDED);
        Webhook other = webhook(ChangeType.MEMORY_ADDED);
        webhooks.delete(operator, webhook.id());

        add("likes tea");

        awaitState(other, State.DELIVERED);
        assertThat(sender.sent).extracting(ScriptedSender.Sent::webhook).containsOnly(other.id());
        assertThat(webhooks.list(operator)).extracting(Webhook::id).containsExactly(other.id());
    }
}
