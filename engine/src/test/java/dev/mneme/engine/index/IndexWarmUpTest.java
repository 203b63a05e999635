package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IndexWarmUpTest {
    @Test
    void itSearchesAHundredTimesAndStopsWhenItIsTold() {
        assertThat(IndexWarmUp.run(Duration.ofMinutes(2), System::nanoTime)).isEqualTo(100);
        assertThat(IndexWarmUp.run(Duration.ZERO.minusSeconds(1), System::nanoTime))
                .isZero();
    }
}
