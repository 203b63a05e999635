package dev.mneme.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    @Test
    void waitsAHundredMillisecondsMoreEachTimeUpToThreeSeconds() {
        Backoff backoff = new Backoff(0);

        assertThat(IntStream.of(1, 2, 29, 30, 31, Integer.MAX_VALUE).mapToLong(backoff::delayMillis))
                .containsExactly(100L, 200L, 2_900L, 3_000L, 3_000L, 3_000L);
    }

    @Test
    void givesUpAfterSoManyAttempts() {
        assertThat(new Backoff(2).givesUp(1)).isFalse();
        assertThat(new Backoff(2).givesUp(2)).isTrue();
        assertThat(new Backoff(0).givesUp(1_000_000)).isFalse();
    }
}
