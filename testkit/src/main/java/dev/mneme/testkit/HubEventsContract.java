package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.hub.HubEvent;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.spi.Store;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What every [HubEvents] promises.
public abstract class HubEventsContract {
    protected static final Owner ALICE = Owner.user("alice");
    protected static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<HubEvents> open = new ArrayList<>();

    /// A node's end of the bus that all nodes of a test share.
    ///
    /// @param queue how many messages may wait for its listeners
    protected abstract HubEvents open(String node, int queue) throws Exception;

    /// The bus stops, or goes on. Returns at once.
    protected abstract void away(boolean away) throws Exception;

    /// Opens a node and waits until it is connected. It is closed after the test.
    protected final HubEvents node(String id) throws Exception {
        return node(id, 10_000);
    }

    protected final HubEvents node(String id, int queue) throws Exception {
        HubEvents node = open(id, queue);
        open.add(node);
        await().atMost(PATIENCE).until(() -> node.health().connected());
        return node;
    }

    @AfterEach
    void closeAll() {
        open.forEach(HubEvents::close);
    }

    /// Writes down what is heard, as text.
    public static class Heard implements HubEvents.Listener {
        public final List<String> bells = new CopyOnWriteArrayList<>();
        public final List<HubEvent> events = new CopyOnWriteArrayList<>();
        public final AtomicInteger reconnected = new AtomicInteger();

        @Override
        public void advanced(Owner owner, long revision) {
            bells.add(owner.id() + " " + revision);
        }

        @Override
        public void heard(HubEvent event) {
            events.add(event);
        }

        @Override
        public void reconnected() {
            reconnected.incrementAndGet();
        }
    }

    protected static HubEvent event(String id, @Nullable JsonObject metadata) {
        return new HubEvent(
                id,
                "context:updated",
                "alice",
                "desktop-1",
                Instant.parse("2026-11-30T10:00:00.123Z"),
                new JsonObject(Map.of(
                        "contextKey",
                        new JsonString("editor – \"tab\" 🦊\n"),
                        "version",
                        new JsonNumber(new BigDecimal("7")),
                        "data",
                        new JsonObject(Map.<String, Json>of(
                                "list", new JsonArray(List.of(new JsonNull(), new JsonBoolean(true))),
                                "share", new JsonNumber(new BigDecimal("0.125")))))),
                metadata);
    }

    @Test
    protected void whatANodeTellsTheOthersHear() throws Exception {
        HubEvents a = node("a");
        Heard b = new Heard();
        Heard c = new Heard();
        node("b").subscribe(b);
        node("c").subscribe(c);
        Owner agent = new Owner("acme", OwnerKind.AGENT, "planner/ü");
        HubEvent plain = event("e1", null);
        HubEvent described =
                event("e2", new JsonObject(Map.of("mneme", new JsonObject(Map.of("x", new JsonString("y"))))));

        a.advanced(ALICE, 42);
        a.publish(plain);
        a.publish(described);
        a.advanced(agent, Long.MAX_VALUE);

        for (Heard each : List.of(b, c)) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(each.bells).containsExactly("alice 42", "planner/ü " + Long.MAX_VALUE));
            assertThat(each.events).containsExactly(plain, described);
        }
    }

    @Test
    protected void theWholeOwnerIsTold() throws Exception {
        HubEvents a = node("a");
        List<Owner> owners = new CopyOnWriteArrayList<>();
        node("b").subscribe(new Heard() {
            @Override
            public void advanced(Owner owner, long revision) {
                owners.add(owner);
            }
        });
        List<Owner> told = List.of(
                new Owner("p1", OwnerKind.AGENT, "x"),
                new Owner("p2", OwnerKind.APP, "x"),
                new Owner("p1", OwnerKind.RUN, "x"),
                Owner.ofServer("keys"));

        told.forEach(owner -> a.advanced(owner, 1));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(owners).containsExactlyElementsOf(told));
    }

    @Test
    protected void aNodeNeverHearsItself() throws Exception {
        HubEvents a = node("a");
        HubEvents b = node("b");
        Heard own = new Heard();
        a.subscribe(own);

        a.advanced(ALICE, 1);
        a.publish(event("mine", null));
        Heard other = new Heard();
        b.subscribe(other);
        a.advanced(ALICE, 2);
        await().atMost(PATIENCE).until(() -> other.bells.contains("alice 2"));
        b.advanced(ALICE, 3);
        b.publish(event("theirs", null));

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(own.events).extracting(HubEvent::eventId).containsExactly("theirs"));
        assertThat(own.bells).containsExactly("alice 3");
    }

    @Test
    protected void whatANodeTellsComesInOrder() throws Exception {
        HubEvents a = node("a");
        Heard b = new Heard();
        node("b").subscribe(b);

        LongStream.rangeClosed(1, 2_000).forEach(i -> a.advanced(ALICE, i));

        List<String> expected =
                LongStream.rangeClosed(1, 2_000).mapToObj(i -> "alice " + i).toList();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(b.bells).containsExactlyElementsOf(expected));
    }

    @Test
    protected void aListenerThatThrowsHoldsUpNobody() throws Exception {
        HubEvents a = node("a");
        HubEvents b = node("b");
        b.subscribe(new HubEvents.Listener() {
            @Override
            public void advanced(Owner owner, long revision) {
                throw new IllegalStateException("planted");
            }

            @Override
            public void heard(HubEvent event) {
                throw new IllegalStateException("planted");
            }

            @Override
            public void reconnected() {
                throw new IllegalStateException("planted");
            }
        });
        Heard heard = new Heard();
        b.subscribe(heard);

        a.advanced(ALICE, 1);
        a.publish(event("e1", null));
        a.advanced(ALICE, 2);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard.bells).containsExactly("alice 1", "alice 2"));
        assertThat(heard.events).hasSize(1);
    }

    @Test
    protected void whoUnsubscribedHearsNothingMore() throws Exception {
        HubEvents a = node("a");
        HubEvents b = node("b");
        Heard gone = new Heard();
        Heard stays = new Heard();
        Store.Subscription subscription = b.subscribe(gone);
        b.subscribe(stays);
        a.advanced(ALICE, 1);
        await().atMost(PATIENCE).until(() -> stays.bells.size() == 1);

        subscription.close();
        subscription.close();
        a.advanced(ALICE, 2);

        await().atMost(PATIENCE).until(() -> stays.bells.size() == 2);
        assertThat(gone.bells).containsExactly("alice 1");
    }

    @Test
    protected void aSlowListenerHoldsUpNoTellerAndIsToldThatItMissedSomething() throws Exception {
        HubEvents a = node("a");
        HubEvents b = node("b", 100);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger missedAfterAll = new AtomicInteger();
        List<Long> taken = new CopyOnWriteArrayList<>();
        b.subscribe(new Heard() {
            @Override
            public void advanced(Owner owner, long revision) {
                if (calls.getAndIncrement() == 0) {
                    awaitUninterruptibly(release);
                }
                taken.add(revision);
            }

            @Override
            public void reconnected() {
                if (!taken.isEmpty()) {
                    missedAfterAll.incrementAndGet();
                }
            }
        });
        Heard witness = new Heard();
        node("c").subscribe(witness);

        LongStream.rangeClosed(1, 5_000).forEach(i -> a.advanced(ALICE, i));
        await().atMost(PATIENCE).until(() -> witness.bells.contains("alice 5000"));
        b.publish(event("b can tell while its listener is slow", null));
        await().atMost(PATIENCE).until(() -> !witness.events.isEmpty());
        awaitFull(b);
        release.countDown();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(missedAfterAll).hasPositiveValue());
        assertThat(taken).hasSizeLessThan(5_000).isSorted();
        a.advanced(ALICE, 5_001);
        await().atMost(PATIENCE).until(() -> taken.contains(5_001L));
    }

    /// Waits until messages for the node's listeners were dropped.
    protected void awaitFull(HubEvents node) {}

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("closed while it waits", e);
        }
    }

    @Test
    protected void afterItWasAwayListenersAreTold() throws Exception {
        HubEvents a = node("a");
        HubEvents b = node("b");
        assertThat(a.health().degraded()).isEmpty();
        Heard heard = new Heard();
        b.subscribe(heard);
        a.advanced(ALICE, 1);
        await().atMost(PATIENCE).until(() -> heard.bells.size() == 1);
        int before = heard.reconnected.get();

        away(true);
        await().atMost(PATIENCE)
                .until(() -> !a.health().connected() && !b.health().connected());
        assertThat(b.health().degraded()).isNotBlank();
        Instant since = b.health().since();
        assertThat(since).isNotNull();
        for (int i = 0; i < 1_000; i++) {
            a.advanced(ALICE, 2 + i);
            a.publish(event("lost " + i, null));
        }
        away(false);

        await().atMost(PATIENCE).until(() -> heard.reconnected.get() > before);
        await().atMost(PATIENCE).until(() -> a.health().connected());
        assertThat(b.health().degraded()).isEmpty();
        assertThat(b.health().since()).isAfterOrEqualTo(since);
        a.advanced(ALICE, 5_000);
        await().atMost(PATIENCE).until(() -> heard.bells.contains("alice 5000"));
    }

    @Test
    protected void whoIsClosedTellsAndHearsNothing() throws Exception {
        HubEvents a = node("a");
        HubEvents b = node("b");
        HubEvents c = node("c");
        Heard closed = new Heard();
        Heard heard = new Heard();
        a.subscribe(closed);
        c.subscribe(heard);

        a.close();
        a.close();
        a.advanced(ALICE, 1);
        a.publish(event("never", null));
        b.advanced(ALICE, 2);

        await().atMost(PATIENCE).until(() -> heard.bells.contains("alice 2"));
        assertThat(heard.bells).containsExactly("alice 2");
        assertThat(heard.events).isEmpty();
        assertThat(closed.bells).isEmpty();
    }
}
