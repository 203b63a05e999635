package dev.mneme.core.request;

import dev.mneme.core.model.Position;
import org.jspecify.annotations.Nullable;

/// How fresh a read must be.
///
/// @param position the read must contain everything up to here; null: no demand
public record ReadOptions(@Nullable Position position, Consistency consistency) {
    public static final ReadOptions DEFAULT = new ReadOptions(null, Consistency.SESSION);

    public enum Consistency {
        STRONG,
        SESSION,
        EVENTUAL
    }
}
