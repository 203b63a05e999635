package dev.mneme.engine.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Filter;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.engine.index.ShardIndex;
import dev.mneme.engine.table.HeapTables;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A search over many owners stops when its time is over, wherever it is.
final class StoreSearchTest {
    private static final long LIMIT_NANOS = 2_000_000;

    /// A shard without owners, whose rows take a while to open.
    private static final class EmptyShard implements ShardView {
        private final long nanos;
        private int scans;

        EmptyShard(long nanos) {
            this.nanos = nanos;
        }

        @Override
        public Scans scan() {
            scans++;
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < nanos) {
                Thread.onSpinWait();
            }
            return new Scans(new HeapTables(new HeapTables.Home()), "abcdefgh");
        }

        @Override
        public ShardIndex indexAsOfRows() {
            throw new AssertionError("a shard without owners has nothing to search");
        }
    }

    private static SearchResult across(Duration timeLimit, EmptyShard... shards) {
        SearchQuery query =
                new SearchQuery(null, "tea", null, false, Filter.And.ALL, 10, 0, false, Instant.EPOCH, timeLimit);
        return new StoreSearch(query).across(List.of(shards));
    }

    @Test
    void onceTheTimeIsOverNoOtherShardIsAskedForItsOwners() {
        EmptyShard slow = new EmptyShard(LIMIT_NANOS);
        EmptyShard next = new EmptyShard(0);
        EmptyShard last = new EmptyShard(0);
        assertThat(across(Duration.ofNanos(LIMIT_NANOS), slow, next, last).timedOut())
                .isTrue();
        assertThat(next.scans + last.scans).isZero();
    }

    @Test
    void allShardsAreAskedWhileThereIsTime() {
        EmptyShard first = new EmptyShard(0);
        EmptyShard last = new EmptyShard(0);
        assertThat(across(Duration.ofHours(1), first, last).timedOut()).isFalse();
        assertThat(first.scans + last.scans).isEqualTo(2);
    }
}
