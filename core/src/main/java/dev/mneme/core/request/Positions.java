package dev.mneme.core.request;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.spi.Store;
import java.time.Duration;

/// Checks the positions that callers send.
public final class Positions {
    private Positions() {}

    /// Checks that the position can be one of this owner in this store.
    ///
    /// @throws MnemeException `invalid_request` for another owner's position, `position_expired` for one of another
    ///     epoch
    static void check(Store store, Owner owner, Position position, String field) {
        if (position.slot() != owner.slot()) {
            throw MnemeException.invalid(
                    field, "This position belongs to another owner: use one that this owner's answers gave.");
        }
        if (!position.epoch().equals(store.epoch())) {
            throw MnemeException.at(
                    ErrorCode.POSITION_EXPIRED,
                    field,
                    "This position is of an earlier life of the data: read the state again and go on from its"
                            + " position.");
        }
    }

    /// Returns once reads of the owner are as fresh as the caller wants.
    ///
    /// @throws MnemeException as [#check], and `position_ahead` when that takes longer than `atMost`
    public static void await(Store store, Owner owner, ReadOptions options, Duration atMost) {
        Position position = options.position();
        if (position == null) {
            return;
        }
        check(store, owner, position, "Mneme-Position");
        if (options.consistency() != ReadOptions.Consistency.EVENTUAL && !store.await(owner, position, atMost)) {
            throw new MnemeException(
                    ErrorCode.POSITION_AHEAD, "This server has not reached that position yet: try again shortly.");
        }
    }
}
