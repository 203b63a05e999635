package dev.mneme.core.command;

import dev.mneme.core.model.Position;
import java.util.List;

/// The result of a [Write]: one outcome for each command, in order.
///
/// @param position the owner's position after it
/// @param replayed whether these outcomes come from an earlier write under the same idempotency key
public record WriteResult(List<Outcome> outcomes, Position position, boolean replayed) {
    public WriteResult {
        outcomes = List.copyOf(outcomes);
    }
}
