package dev.mneme.hub;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.stored;
import static dev.mneme.testkit.Fixtures.words;
import static dev.mneme.testkit.Fixtures.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.Memory;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Store;
import dev.mneme.hub.TestNodes.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Two nodes of a hub see each other's writes, at the same positions.
final class TwoNodesTest {
    private final TestNodes hub = new TestNodes();

    @Test
    void whatOneNodeWroteTheOtherReadsAndFinds() {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            Memory memory = stored(a.store().write(write(ALICE, add("alice", "Alice grows tomatoes."))));

            assertThat(b.store().head(ALICE)).isEqualTo(a.store().head(ALICE));
            assertThat(b.store().find(memory.id()))
                    .hasValueSatisfying(found -> assertThat(found.value()).isEqualTo(memory));
            assertThat(b.store().search(words(ALICE, "tomatoes", Instant.now())).hits())
                    .hasSize(1);
        }
    }

    @Test
    void aNodeThatHasTheOwnerFollows() {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            Memory memory = stored(a.store().write(write(ALICE, add("alice", "Alice grows tomatoes."))));
            AtomicInteger woken = new AtomicInteger();
            try (Store.Subscription following = b.store().subscribe(ALICE, woken::incrementAndGet)) {
                assertThat(following).isNotNull();
                long before = b.store().head(ALICE).sequence();

                a.store().write(write(ALICE, retext(memory.id(), "Alice grows melons.")));

                await().until(() -> b.store().head(ALICE).sequence() > before);
                await().until(() -> woken.get() > 0);
                List<Change> ofA = a.store().changes(ALICE, 0, 10).changes();
                List<Change> ofB = b.store().changes(ALICE, 0, 10).changes();
                assertThat(ofB).isEqualTo(ofA).hasSize(2);
            }
        }
    }

    @Test
    void bothWriteAndNothingIsLost() throws InterruptedException {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            Thread one = Thread.ofVirtual().start(() -> many(a, "a"));
            Thread two = Thread.ofVirtual().start(() -> many(b, "b"));
            one.join();
            two.join();

            assertThat(a.store()
                            .reading(Freshness.linearizable(Duration.ofSeconds(5)))
                            .head(ALICE)
                            .sequence())
                    .isEqualTo(200);
            await().until(() -> b.store().head(ALICE).sequence() == 200);
            assertThat(b.store().changes(ALICE, 0, 1_000).changes())
                    .isEqualTo(a.store().changes(ALICE, 0, 1_000).changes())
                    .hasSize(200);
        }
    }

    private static void many(Node node, String name) {
        for (int i = 0; i < 100; i++) {
            stored(node.store().write(write(ALICE, add("alice", "Note " + i + " of " + name + "."))));
        }
    }
}
