package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.access.Caller;
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
        try (Reader reader = feed.follow(operator(), ALICE, store.head(ALICE).withSequence(0))) {
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

    private static Caller operator() {
        return Fixtures.caller(
                new ApiKey("k", "k", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]));
    }

    /// The next item follows on what was announced, and what was passed over is no gap.
    @Test
    void whatIsAnnouncedIsHeldFromThenOn() {
        try (Reader reader =
                feed.follow(operator(), ALICE, null, change -> change.position().sequence() > 3)) {
            String beginning = reader.held();
            add(1, 3);
            assertThat(reader.page(10).items()).isEqualTo(List.of());
            assertThat(reader.held()).as("nothing was told").isEqualTo(beginning);
            String announced = reader.announce();
            assertThat(announced).isEqualTo(store.head(ALICE).toString()).isNotEqualTo(beginning);
            assertThat(reader.held()).isEqualTo(announced);
            add(4, 4);
            assertThat(reader.page(10).items()).extracting(Item::previous).containsExactly(announced);
        }
    }

    @Test
    void aResetIsHeldFromThenOn() {
        ModelStore few = new ModelStore(
                new ModelHome(), StoreSettings.of("few", new ManualClock()).withChangesPerOwner(20));
        try (Reader reader = new ChangeFeed(few).follow(operator(), ALICE, null)) {
            for (int i = 1; i <= 200; i++) {
                few.write(Fixtures.write(ALICE, Fixtures.add("alice", "number " + i)));
            }
            Page reset = reader.page(10);
            assertThat(reset.reset()).isTrue();
            assertThat(reset.position()).isEqualTo(few.head(ALICE).toString());
            assertThat(reader.held()).isEqualTo(reset.position());
        }
    }

    @Test
    void aResetOfAnOperatorsFeedIsHeldFromThenOn() {
        ModelStore other = new ModelStore(new ModelHome(), StoreSettings.of("other", new ManualClock()));
        String foreign = other.operatorCursor();
        add(1, 3);
        try (Reader reader = feed.followAll(operator(), foreign, every -> true)) {
            Page reset = reader.page(10);
            assertThat(reset.reset()).isTrue();
            assertThat(reset.position()).isNotEqualTo(foreign);
            assertThat(reader.held()).isEqualTo(reset.position());
        }
    }
}
