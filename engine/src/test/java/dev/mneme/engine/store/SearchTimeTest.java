package dev.mneme.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.engine.node.HeapNode;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.SimulatedRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A search over many owners stops when its time is over, and says so. Time passes when the test says so.
final class SearchTimeTest {
    private static final int OWNERS = 8;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final SimulatedRuntime runtime = new SimulatedRuntime(1);
    private final HeapNode node = new HeapNode(runtime);
    private final LocalStore store = node.open();
    private final int[] snapshots = new int[HeapNode.SHARDS];

    @BeforeEach
    void fill() {
        for (int i = 0; i < OWNERS; i++) {
            store.write(Fixtures.write(Owner.user("u" + i), Fixtures.add("u" + i, "tea")));
        }
        assertThat(across().hits()).as("once with everything loaded").hasSize(OWNERS);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private SearchResult across() {
        return store.search(
                new SearchQuery(null, "tea", null, false, Filter.And.ALL, 10, 0, false, Instant.EPOCH, LIMIT));
    }

    /// A search in which time passes at a snapshot of each shard's rows.
    ///
    /// @param at which snapshot of each shard, from 1; 0: none
    private SearchResult whileTimePasses(int[] at, Duration time) {
        node.atSnapshots(shard -> {
            if (++snapshots[shard] == at[shard]) {
                runtime.pause(time);
            }
        });
        return across();
    }

    private static List<Integer> shards(SearchResult result) {
        return result.hits().stream()
                .map(hit ->
                        Owner.user(Objects.requireNonNull(hit.memory().scope().userId()))
                                        .slot()
                                % 2)
                .distinct()
                .toList();
    }

    @Test
    void everyOwnerIsSearchedWhileThereIsTime() {
        SearchResult result = across();
        assertThat(result.timedOut()).isFalse();
        assertThat(result.hits()).hasSize(OWNERS);
    }

    @Test
    void nothingMoreIsSearchedOnceTheTimeIsOver() {
        SearchResult result = whileTimePasses(new int[] {1, 0, 0}, LIMIT.plusMillis(1));
        assertThat(result.timedOut()).isTrue();
        assertThat(result.hits()).isEqualTo(List.of());
        assertThat(snapshots[0]).as("no owner of this shard").isEqualTo(1);
        assertThat(snapshots[1]).as("no other shard").isZero();
    }

    /// What the first shard found is answered.
    @Test
    void aSearchWhoseTimeEndsBetweenTwoShardsSaysSo() {
        assertThat(whileTimePasses(new int[HeapNode.SHARDS], Duration.ZERO).timedOut())
                .isFalse();
        int[] last = snapshots.clone();
        assertThat(last[0]).isPositive();
        assertThat(last[1]).isPositive();
        snapshots[0] = 0;
        snapshots[1] = 0;
        SearchResult result = whileTimePasses(new int[] {last[0], 0, 0}, LIMIT.plusMillis(1));
        assertThat(result.timedOut()).isTrue();
        assertThat(shards(result)).containsExactly(0);
        assertThat(snapshots[1]).as("no other shard").isZero();
    }

    @Test
    void theTimeIsThatOfAllShardsTogether() {
        SearchResult result =
                whileTimePasses(new int[] {1, 1, 0}, LIMIT.dividedBy(3).multipliedBy(2));
        assertThat(result.timedOut()).isTrue();
        assertThat(shards(result)).containsExactly(0);
    }

    @Test
    void aShardThatTakesItsTimeLeavesTheRestToTheNext() {
        SearchResult result = whileTimePasses(new int[] {1, 1, 0}, LIMIT.dividedBy(3));
        assertThat(result.timedOut()).isFalse();
        assertThat(result.hits()).hasSize(OWNERS);
    }
}
