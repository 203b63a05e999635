package dev.mneme.core.mode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModeUsageTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static Instant hour(int hour) {
        return START.plus(Duration.ofHours(hour));
    }

    private static Transition at(int hour, String instance, @Nullable Mode from, Mode to) {
        return new Transition("alice", instance, from, to, null, null, true, null, hour(hour), hour, false);
    }

    @Test
    void withoutSwitchesTheModesGoOn() {
        ModeUsage usage = ModeUsage.of(List.of(), Map.of("desk", Mode.DIDACTIC), Mode.DIDACTIC, hour(0), hour(3));

        assertThat(usage.user()).isEqualTo(Map.of(Mode.DIDACTIC, Duration.ofHours(3)));
        assertThat(usage.instances()).isEqualTo(Map.of("desk", Map.of(Mode.DIDACTIC, Duration.ofHours(3))));
    }

    @Test
    void eachInstanceHasItsTimeAndTheUserFollowsTheLastSwitch() {
        ModeUsage usage = ModeUsage.of(
                List.of(
                        at(1, "desk", Mode.DIDACTIC, Mode.PARALLEL),
                        at(4, "phone", null, Mode.INSPIRED),
                        at(6, "desk", Mode.PARALLEL, Mode.DIDACTIC)),
                Map.of("desk", Mode.INSPIRED), // what it is now says nothing: its first switch does
                Mode.DIDACTIC,
                hour(0),
                hour(10));

        assertThat(usage.instances().get("desk"))
                .isEqualTo(Map.of(Mode.DIDACTIC, Duration.ofHours(5), Mode.PARALLEL, Duration.ofHours(5)));
        assertThat(usage.instances().get("phone")).isEqualTo(Map.of(Mode.INSPIRED, Duration.ofHours(6)));
        assertThat(usage.user())
                .isEqualTo(Map.of(
                        Mode.DIDACTIC,
                        Duration.ofHours(5),
                        Mode.PARALLEL,
                        Duration.ofHours(3),
                        Mode.INSPIRED,
                        Duration.ofHours(2)));
    }

    @Test
    void switchesAfterTheWindowSayWhatWasBefore() {
        ModeUsage usage = ModeUsage.of(
                List.of(at(5, "desk", Mode.PARALLEL, Mode.INSPIRED)), Map.of(), Mode.PARALLEL, hour(0), hour(2));

        assertThat(usage.instances()).isEqualTo(Map.of("desk", Map.of(Mode.PARALLEL, Duration.ofHours(2))));
        assertThat(usage.user()).isEqualTo(Map.of(Mode.PARALLEL, Duration.ofHours(2)));
    }

    @Test
    void timeBeforeTheFirstModeCountsForNone() {
        ModeUsage usage = ModeUsage.of(List.of(at(3, "desk", null, Mode.PARALLEL)), Map.of(), null, hour(0), hour(4));

        assertThat(usage.user()).isEqualTo(Map.of(Mode.PARALLEL, Duration.ofHours(1)));

        ModeUsage before = ModeUsage.of(List.of(at(3, "desk", null, Mode.PARALLEL)), Map.of(), null, hour(0), hour(2));
        assertThat(before.instances()).as("an instance without any time").isEmpty();
    }
}
