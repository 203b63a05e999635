package dev.mneme.core.service;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.spi.Store;

/// Whether a position that a caller shows can be one of this owner, here.
final class Positions {
    private Positions() {}

    /// @throws MnemeException `invalid_request` for another owner's position, `position_expired` for another
    ///     epoch's
    static void check(Store store, Owner owner, Position position, String field) {
        if (position.slot() != owner.slot()) {
            throw MnemeException.invalid(
                    field, "This position belongs to another owner: use one that this owner's answers gave.");
        }
        if (!position.epoch().equals(store.epoch())) {
            throw MnemeException.at(
                    ErrorCode.POSITION_EXPIRED,
                    field,
                    "This position is of an earlier life of the data: read the state again and go on from its position.");
        }
    }
}
