package dev.mneme.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Nodes of a hub, in one thread, with everything going wrong that can: see [HubSimulation].
final class HubSimulationTest {
    /// The seeds that every build lives; `-Dmneme.seeds=1000-2000` lives others.
    static LongStream seeds() {
        String range = System.getProperty("mneme.seeds", "1-30");
        int dash = range.indexOf('-');
        return dash < 0
                ? LongStream.of(Long.parseLong(range))
                : LongStream.rangeClosed(
                        Long.parseLong(range.substring(0, dash)), Long.parseLong(range.substring(dash + 1)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingThatWasAnsweredIsLost(long seed) {
        HubSimulation.Lived lived = new HubSimulation(seed).live();
        assertThat(lived.acknowledged()).isPositive();
    }

    @Test
    void aSeedLivedTwiceIsTheSame() {
        assertThat(new HubSimulation(7).live()).isEqualTo(new HubSimulation(7).live());
    }
}
