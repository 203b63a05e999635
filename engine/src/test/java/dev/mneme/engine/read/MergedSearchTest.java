package dev.mneme.engine.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Memory;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.SearchResult.Hit;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class MergedSearchTest {
    private final MergedSearch merged = new MergedSearch(3);

    private static SearchResult part(boolean timedOut, double... scores) {
        try (ModelStore store = new ModelStore(new ManualClock())) {
            Memory memory =
                    Fixtures.stored(store.write(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "likes tea"))));
            return new SearchResult(
                    DoubleStream.of(scores)
                            .mapToObj(score -> new Hit(memory, score, Map.of()))
                            .toList(),
                    null,
                    timedOut);
        }
    }

    private List<Double> scores() {
        return merged.result().hits().stream().map(Hit::score).toList();
    }

    @Test
    void theBestOfAllPartsAreKeptBestFirst() {
        merged.add(part(false, 0.9, 0.2, 0.1));
        merged.add(part(false, 0.5, 0.8, 0.3));
        assertThat(scores()).containsExactly(0.9, 0.8, 0.5);
        assertThat(merged.result().timedOut()).isFalse();
    }

    @Test
    void oneShardThatRanOutOfTimeIsEnough() {
        merged.add(part(true, 0.9));
        merged.add(part(false, 0.5));
        assertThat(merged.result().timedOut()).isTrue();
    }
}
