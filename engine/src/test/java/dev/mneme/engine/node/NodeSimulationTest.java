package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whole nodes, each in this thread and from its seed: see [NodeSimulation].
final class NodeSimulationTest {
    private static int acknowledged;
    private static int deliveries;
    private static int followed;
    private static int backups;
    private static int keys;

    static LongStream seeds() {
        String[] ends = System.getProperty("mneme.seeds", "0-60").split("-", -1);
        return LongStream.range(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
    }

    /// In none of it may prove nothing.
    @AfterAll
    static void requireThatEverythingHappened() {
        assertThat(acknowledged).isPositive();
        assertThat(deliveries).isPositive();
        assertThat(followed).isPositive();
        assertThat(backups).isPositive();
        assertThat(keys).isPositive();
    }

    private static NodeSimulation.Lived live(long seed) {
        try {
            return new NodeSimulation(seed).live();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "Seed " + seed + " fails. Run it alone: ./mvnw -pl engine -am test -Dtest=NodeSimulationTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dmneme.seeds=" + seed + "-" + (seed + 1),
                    e);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aNodeKeepsToWhatItSaid(long seed) {
        NodeSimulation.Lived lived = live(seed);
        acknowledged += lived.acknowledged();
        deliveries += lived.deliveries();
        followed += lived.followed();
        backups += lived.backups();
        keys += lived.keys();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        for (long seed = 1_000; seed < 1_005; seed++) {
            assertThat(live(seed)).as("seed %d", seed).isEqualTo(live(seed));
        }
        assertThat(live(1_000).digest()).isNotEqualTo(live(1_001).digest());
    }
}
