package dev.mneme.core.command;

import dev.mneme.core.model.Position;
import java.util.List;

/// What became of a [Write]: one outcome for each command, in order.
///
/// @param position the owner's position after it
/// @param replayed whether an earlier write under the same idempotency key gave these outcomes
public record WriteResult(List<Outcome> outcomes, Position position, boolean replayed) {
    public WriteResult {
        outcomes = List.copyOf(outcomes);
    }
}
