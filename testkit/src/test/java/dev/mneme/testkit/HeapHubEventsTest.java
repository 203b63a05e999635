package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.hub.HubEvents;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class HeapHubEventsTest extends HubEventsContract {
    private final HeapHubEvents.Bus bus = new HeapHubEvents.Bus();

    @Override
    protected HubEvents open(String node, int queue) {
        return bus.node(node, queue);
    }

    @Override
    protected void away(boolean away) {
        bus.away(away, Instant.now());
    }

    @Test
    void whatIsHeldBackComesLateAndInAnotherOrder() throws Exception {
        HubEvents a = node("a");
        Heard heard = new Heard();
        node("b").subscribe(heard);
        List<String> told =
                LongStream.rangeClosed(1, 50).mapToObj(i -> "alice " + i).toList();

        bus.hold();
        LongStream.rangeClosed(1, 50).forEach(i -> a.advanced(ALICE, i));
        assertThat(heard.bells).isEmpty();
        bus.release(7L);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard.bells).containsExactlyInAnyOrderElementsOf(told));
        assertThat(heard.bells).isNotEqualTo(told);
    }

    @Test
    void messagesAreLostAndDoubledByChance() throws Exception {
        HubEvents a = node("a");
        Heard heard = new Heard();
        node("b").subscribe(heard);

        bus.faults(1, .3, .3);
        LongStream.rangeClosed(1, 100).forEach(i -> a.advanced(ALICE, i));
        bus.faults(1, 0, 0);
        a.advanced(ALICE, 101);

        await().atMost(PATIENCE).until(() -> heard.bells.contains("alice 101"));
        assertThat(heard.bells.stream().distinct().count()).isBetween(50L, 90L);
        assertThat(heard.bells)
                .hasSizeGreaterThan((int) heard.bells.stream().distinct().count());
    }
}
