package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.feed.ChangeFeed.Item;
import dev.mneme.core.feed.ChangeFeed.Page;
import dev.mneme.core.feed.ChangeFeed.Reader;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChangeFeedTest {
    private static final Owner ALICE = Owner.user("alice");

    private final ModelStore store = new ModelStore(new ManualClock());
    private final ChangeFeed feed = new ChangeFeed(store);

    private void add(int from, int to) {
        for (int i = from; i <= to; i++) {
            store.write(Fixtures.write(ALICE, Fixtures.add("alice", "number " + i)));
        }
    }

    private static List<Long> sequences(Page page) {
        return page.items().stream()
                .map(Item::position)
                .map(position -> Position.parse(position).orElseThrow().sequence())
                .toList();
    }

    /// What a client is told before a state that is true at a position must not be newer than the state.
    @Test
    void nothingBeyondThePositionThatWasAskedForIsTold() {
        add(1, 40);
        ApiKey key = new ApiKey("k", "k", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]);
        try (Reader reader =
                feed.follow(Fixtures.caller(key), ALICE, store.head(ALICE).withSequence(0))) {
            Position end = store.head(ALICE).withSequence(25);
            add(41, 60);
            List<Long> told = new ArrayList<>();
            while (!reader.position().equals(end.toString())) {
                List<Long> page = sequences(reader.pageTo(end, 10));
                assertThat(page).isNotEmpty().hasSizeLessThanOrEqualTo(10);
                told.addAll(page);
            }
            assertThat(told).isEqualTo(LongStream.rangeClosed(1, 25).boxed().toList());
            assertThat(sequences(reader.pageTo(end, 10)))
                    .as("there is no more up to there")
                    .isEmpty();
            assertThat(sequences(reader.page(100)))
                    .isEqualTo(LongStream.rangeClosed(26, 60).boxed().toList());
            assertThat(reader.position()).isEqualTo(store.head(ALICE).toString());
        }
    }
}
