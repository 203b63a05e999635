package dev.mneme.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.engine.node.HeapNode;
import dev.mneme.testkit.Fixtures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A search over many owners stops when its time is over, and says so.
final class SearchTimeTest {
    private final LocalStore store = new HeapNode().open();

    @BeforeEach
    void fill() {
        for (int i = 0; i < 8; i++) {
            store.write(Fixtures.write(Owner.user("u" + i), Fixtures.add("u" + i, "tea")));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private SearchResult across(Duration timeLimit) {
        return store.search(
                new SearchQuery(null, "tea", null, false, Filter.And.ALL, 10, 0, false, Instant.EPOCH, timeLimit));
    }

    @Test
    void onceTheTimeIsOverNothingMoreIsSearched() {
        SearchResult result = across(Duration.ZERO);
        assertThat(result.timedOut()).isTrue();
        assertThat(result.hits()).isEqualTo(List.of());
    }

    @Test
    void everyOwnerIsSearchedWhileThereIsTime() {
        SearchResult result = across(Duration.ofHours(1));
        assertThat(result.timedOut()).isFalse();
        assertThat(result.hits()).hasSize(8);
    }
}
