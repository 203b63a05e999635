package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Owner;
import dev.mneme.core.queue.Tenant;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PurposeQueueTest {
    private final PurposeQueue<Purpose> queue = new PurposeQueue<>();

    private void add(Purpose purpose, String owner, int count, long cost) {
        Demand demand = new Demand(purpose, new Tenant("k", Owner.user(owner)));
        for (int i = 0; i < count; i++) {
            queue.add(demand, cost, purpose);
        }
    }

    private List<Purpose> poll(int count) {
        List<Purpose> polled = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            polled.add(Objects.requireNonNull(queue.poll()));
        }
        return polled;
    }

    @Test
    void queriesComeFirstThenAddsThenBulk() {
        add(Purpose.BULK, "alice", 1, 250);
        add(Purpose.ADD, "alice", 1, 250);
        add(Purpose.QUERY, "bob", 1, 10);

        assertThat(poll(3)).containsExactly(Purpose.QUERY, Purpose.ADD, Purpose.BULK);
        assertThat(queue.poll()).isNull();
    }

    @Test
    void aQueryIsNextWhateverElseWaits() {
        add(Purpose.ADD, "alice", 1_000, 250);
        add(Purpose.BULK, "alice", 1_000, 250);
        poll(100);
        add(Purpose.QUERY, "bob", 1, 10);

        assertThat(poll(1)).containsExactly(Purpose.QUERY);
    }

    @Test
    void addsGetAnEighthOfWhatAFloodOfQueriesCosts() {
        add(Purpose.QUERY, "alice", 2_000, 10);
        add(Purpose.ADD, "bob", 100, 100);

        assertThat(poll(810)).filteredOn(Purpose.ADD::equals).hasSize(10);
    }

    @Test
    void bulkWorkGetsASixteenthOfWhatAddsCost() {
        add(Purpose.ADD, "alice", 1_000, 100);
        add(Purpose.BULK, "bob", 100, 100);

        assertThat(poll(170)).filteredOn(Purpose.BULK::equals).hasSize(10);
    }

    /// What was owed for a wait that is over is not kept, however much it was.
    @Test
    void nothingIsOwedToWhoDoesNotWait() {
        add(Purpose.ADD, "bob", 1, 10);
        add(Purpose.QUERY, "alice", 1, 1_000);
        assertThat(poll(2)).containsExactly(Purpose.QUERY, Purpose.ADD);
        add(Purpose.QUERY, "alice", 1, 1_000);
        poll(1);

        add(Purpose.QUERY, "alice", 79, 10);
        add(Purpose.ADD, "bob", 1, 100);
        assertThat(poll(79)).doesNotContain(Purpose.ADD);
    }

    @Test
    void ofOnePurposeOnlyThatIsGiven() {
        add(Purpose.ADD, "alice", 1, 100);

        assertThat(queue.poll(Purpose.QUERY)).isNull();
        add(Purpose.QUERY, "alice", 1, 10);
        assertThat(queue.poll(Purpose.QUERY)).isEqualTo(Purpose.QUERY);
    }
}
