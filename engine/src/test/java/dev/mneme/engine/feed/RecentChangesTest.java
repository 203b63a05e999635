package dev.mneme.engine.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The latest changes on the heap are bounded by what they hold, whatever noun they are of.
class RecentChangesTest {
    private static final Owner ALICE = Owner.user("alice");

    private RecentChanges recent = new RecentChanges(4L << 20);

    private void put(long sequence, int characters) {
        Context context = new Context(
                "alice",
                "notes",
                ContextType.CUSTOM,
                null,
                new JsonString("x".repeat(characters)),
                List.of(),
                sequence,
                Instant.EPOCH,
                Instant.EPOCH,
                "desk",
                "desk",
                null,
                false);
        recent.add(new Change(
                ALICE,
                new Position("abcdefgh", ALICE.slot(), sequence),
                ChangeType.CONTEXT_PUT,
                Instant.EPOCH,
                Provenance.ofKey("k"),
                false,
                "notes",
                context));
    }

    @Test
    void manySmallContextsAreHeld() {
        for (int sequence = 1; sequence <= 100; sequence++) {
            put(sequence, 100);
        }
        assertThat(recent.after(ALICE, 0, 1_000)).hasSize(100);
    }

    @Test
    void largeContextsPushOutEachOther() {
        for (int sequence = 1; sequence <= 100; sequence++) {
            put(sequence, 100_000);
        }
        assertThat(recent.after(ALICE, 0, 1_000))
                .as("the oldest are left to the tables")
                .isNull();
        assertThat(recent.after(ALICE, 95, 1_000)).hasSize(5);
    }

    @Test
    void ofLessHeapItHoldsLess() {
        recent = new RecentChanges(256 << 10);
        for (int sequence = 1; sequence <= 100; sequence++) {
            put(sequence, 20_000); // 40 KB each
        }
        assertThat(recent.after(ALICE, 95, 1_000)).hasSize(5);
        assertThat(recent.after(ALICE, 90, 1_000)).isNull();
    }

    @Test
    void oneThatIsLargerThanAllTheRoomIsNotHeld() {
        put(1, 100);
        put(2, 1 << 21);
        assertThat(recent.after(ALICE, 1, 10)).isNull();
        assertThat(recent.latest(ALICE)).isEqualTo(-1);
    }
}
