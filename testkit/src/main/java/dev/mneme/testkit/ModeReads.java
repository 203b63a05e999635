package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Reads the modes, transitions and state of two stores in the same random ways and compares.
final class ModeReads {
    private final SplittableRandom random;
    private final ManualClock clock;
    private final Store model;
    private final Store subject;

    ModeReads(SplittableRandom random, ManualClock clock, Store model, Store subject) {
        this.random = random;
        this.clock = clock;
        this.model = model;
        this.subject = subject;
    }

    void compare(Owner owner) {
        List<ModeState> states = model.modes().all(owner).value();
        assertAlike(
                "modes of " + owner, subject.modes().all(owner), model.modes().all(owner));
        for (ModeState state : states) {
            String instance = state.instanceId();
            assertAlike(
                    instance,
                    subject.modes().find(owner, instance),
                    model.modes().find(owner, instance));
        }
        compareStates(owner);
        compareTransitions(owner);
    }

    private void compareStates(Owner owner) {
        int limit = 1 + random.nextInt(20);
        List<Context> expected = new ArrayList<>();
        List<Context> actual = new ArrayList<>();
        At<List<ModeState>> modes = model.userState(owner, context -> expected.add(context) && expected.size() < limit);
        assertAlike(
                "state of " + owner,
                subject.userState(owner, context -> actual.add(context) && actual.size() < limit),
                modes);
        assertThat(actual).as("contexts in the state of %s", owner).isEqualTo(expected);
    }

    private void compareTransitions(Owner owner) {
        String instance = random.nextInt(3) == 0 ? "desk" : null;
        Mode to = random.nextInt(4) == 0 ? Mode.INSPIRED : null;
        Boolean success = random.nextInt(3) == 0 ? random.nextBoolean() : null;
        Instant since = random.nextInt(3) == 0 ? ago() : null;
        Instant until = random.nextInt(3) == 0 ? ago() : null;
        int limit = 1 + random.nextInt(6);
        Long before = null;
        List<Transition> page;
        do {
            Modes.Query query = new Modes.Query(owner, instance, to, success, since, until, before, limit);
            At<List<Transition>> expected = model.modes().transitions(query);
            assertAlike(query.toString(), subject.modes().transitions(query), expected);
            page = expected.value();
            before = page.isEmpty() ? null : Long.valueOf(page.getLast().sequence());
        } while (before != null);
    }

    private @Nullable Instant ago() {
        return clock.instant().minusSeconds(random.nextInt(500_000));
    }

    private static <T> void assertAlike(String what, At<T> actual, At<T> expected) {
        assertThat(actual.value()).as(what).isEqualTo(expected.value());
        assertThat(actual.position().sequence())
                .as("position of %s", what)
                .isEqualTo(expected.position().sequence());
    }
}
