package dev.mneme.core.spi;

import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How fresh a read must be. It goes with the read to whoever answers it, so that what was waited for and what is
/// read are one replica's.
///
/// @param linearizable whether the read must see everything that anybody was told of before it began
/// @param owner of whom a position is shown, or null
/// @param position see nothing of the owner that is older, or null
/// @param atMost how long to wait for it
public record Freshness(
        boolean linearizable,
        @Nullable Owner owner,
        @Nullable Position position,
        Duration atMost) {
    /// Whatever is there.
    public static final Freshness ANY = new Freshness(false, null, null, Duration.ZERO);

    /// Everything that anybody was told of before.
    public static Freshness linearizable(Duration atMost) {
        return new Freshness(true, null, null, atMost);
    }

    /// Nothing older than a position.
    public static Freshness atLeast(Owner owner, Position position, Duration atMost) {
        return new Freshness(false, owner, position, atMost);
    }
}
