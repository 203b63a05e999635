package dev.mneme.api.mem0;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.access.Caller;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    private static final Caller CALLER = Caller.of(
            new ApiKey("k", "k", Role.WRITE, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);

    private final RecentEvents events = new RecentEvents();

    private UUID done(int results) {
        RecentEvents.Event.Result result = new RecentEvents.Event.Result(new MemoryId(new UUID(1, 2)), "ADD", 1);
        return events.done(CALLER, "ADD", Instant.EPOCH, Instant.EPOCH, Collections.nCopies(results, result));
    }

    @Test
    void theOldestGoWhenThereAreTooMany() {
        UUID first = done(1);
        UUID second = done(1);
        for (int i = 2; i <= RecentEvents.CAPACITY; i++) {
            done(1);
        }

        assertThat(events.find(CALLER, first)).isEmpty();
        assertThat(events.find(CALLER, second).orElseThrow().results()).hasSize(1);
        assertThat(events.list(CALLER)).hasSize(RecentEvents.CAPACITY);
    }

    @Test
    void theOldestGoWhenTheyHoldTooMuch() {
        UUID first = done(1_000);
        for (int i = 0; i < 100; i++) {
            done(1_000);
        }

        assertThat(events.find(CALLER, first)).isEmpty();
        assertThat(events.list(CALLER)).hasSize(100);
    }

    @Test
    void theNewestComeFirst() {
        UUID first = done(1);
        UUID second = done(1);

        assertThat(events.list(CALLER).stream().map(RecentEvents.Event::id))
                .containsExactlyElementsOf(List.of(second, first));
    }
}
