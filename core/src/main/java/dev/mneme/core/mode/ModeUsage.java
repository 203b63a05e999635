package dev.mneme.core.mode;

import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// For how long each mode was on, within `[since, until)`.
///
/// @param user times of the user's mode as a whole, which is that of the instance switched last
/// @param instances times of each instance's own mode
public record ModeUsage(
        Instant since, Instant until, Map<Mode, Duration> user, Map<String, Map<Mode, Duration>> instances) {

    /// Adds up the times. Time before an instance's first mode counts for no mode.
    ///
    /// @param switches the successful ones at or after `since`, oldest first
    /// @param atStart the modes of instances that switched before `since`. It may be wrong for an instance that has
    ///     switched again since then: that switch says which mode it left
    /// @param userAtStart the mode of the last switch before `since`, or null
    public static ModeUsage of(
            List<Transition> switches,
            Map<String, Mode> atStart,
            @Nullable Mode userAtStart,
            Instant since,
            Instant until) {
        Map<String, Clock> clocks = new TreeMap<>();
        atStart.forEach((instance, mode) -> clocks.put(instance, new Clock(mode, since)));
        Clock user = new Clock(userAtStart, since);
        Map<String, Boolean> seen = new TreeMap<>();
        for (Transition each : switches) {
            if (seen.putIfAbsent(each.instanceId(), true) == null) {
                clocks.put(each.instanceId(), new Clock(each.from(), since));
            }
            if (each.at().isBefore(until)) {
                clocks.computeIfAbsent(each.instanceId(), name -> new Clock(null, since))
                        .turn(each.to(), each.at());
                user.turn(each.to(), each.at());
            }
        }
        Map<String, Map<Mode, Duration>> instances = new TreeMap<>();
        clocks.forEach((instance, clock) -> {
            Map<Mode, Duration> total = clock.stop(until);
            if (!total.isEmpty()) {
                instances.put(instance, total);
            }
        });
        return new ModeUsage(since, until, user.stop(until), instances);
    }

    /// Adds up the times of one sequence of modes.
    private static final class Clock {
        private final Map<Mode, Duration> total = new EnumMap<>(Mode.class);
        private @Nullable Mode mode;
        private Instant from;

        Clock(@Nullable Mode mode, Instant from) {
            this.mode = mode;
            this.from = from;
        }

        void turn(@Nullable Mode next, Instant at) {
            Duration passed = Duration.between(from, at);
            if (mode != null && passed.isPositive()) {
                total.merge(mode, passed, Duration::plus);
            }
            mode = next;
            from = at;
        }

        Map<Mode, Duration> stop(Instant at) {
            turn(null, at);
            return total;
        }
    }
}
