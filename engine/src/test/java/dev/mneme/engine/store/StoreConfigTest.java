package dev.mneme.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Retention;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What follows from the size of the heap.
class StoreConfigTest {
    private static long ofShard(long heapBytes, int shards) {
        return new StoreConfig(
                        Retention.DEFAULTS,
                        1,
                        0,
                        Duration.ofSeconds(1),
                        0,
                        0,
                        StoreConfig.recentBytes(heapBytes),
                        false)
                .recentBytesOfShard(shards);
    }

    @Test
    void recentChangesOfAllShardsTogetherTakeASixteenthOfTheHeapAtMost() {
        assertThat(ofShard(256L << 20, 16)).isEqualTo(1L << 20);
        assertThat(ofShard(1L << 30, 16)).isEqualTo(4L << 20);
        assertThat(ofShard(64L << 20, 4)).isEqualTo(1L << 20);
        assertThat(ofShard(64L << 30, 16)).as("no more is of use").isEqualTo(4L << 20);
        assertThat(StoreConfig.DEFAULTS.recentBytesOfShard(1_000_000))
                .isEqualTo(Runtime.getRuntime().maxMemory() / 16 / 1_000_000);
    }
}
