package dev.mneme.core.spi;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Transition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads modes and transitions. The promises of [Store] hold.
public interface Modes {
    At<Optional<ModeState>> find(Owner owner, String instanceId);

    /// The modes of all of the user's instances, in the order of their names' bytes.
    At<List<ModeState>> all(Owner owner);

    /// Transitions, newest first.
    At<List<Transition>> transitions(Query query);

    /// @param since inclusive, `until` exclusive
    /// @param beforeSequence the last sequence of the former page, or null
    record Query(
            Owner owner,
            @Nullable String instanceId,
            @Nullable Mode to,
            @Nullable Boolean success,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable Long beforeSequence,
            int limit) {
        public boolean matches(Transition transition) {
            return (instanceId == null || transition.instanceId().equals(instanceId))
                    && (to == null || transition.to() == to)
                    && (success == null || transition.success() == success)
                    && (since == null || !transition.at().isBefore(since))
                    && (until == null || transition.at().isBefore(until));
        }
    }
}
