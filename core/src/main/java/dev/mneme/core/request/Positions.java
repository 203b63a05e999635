package dev.mneme.core.request;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
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

    /// What is read of the owner, as fresh as the caller wants.
    ///
    /// @param atMost how long a read waits for it
    /// @return reads that fail with `position_ahead` when they are not so fresh within the time
    /// @throws MnemeException as [#check]
    public static StoreReads reading(Store store, Owner owner, ReadOptions options, Duration atMost) {
        Position position = options.position();
        if (position != null) {
            check(store, owner, position, "Mneme-Position");
        }
        return switch (options.consistency()) {
            case EVENTUAL -> store;
            case SESSION -> position == null ? store : store.reading(Freshness.atLeast(owner, position, atMost));
            case STRONG -> store.reading(new Freshness(true, position == null ? null : owner, position, atMost));
        };
    }

    /// What is read of many owners, or of one whom only the read tells.
    public static StoreReads reading(Store store, ReadOptions options, Duration atMost) {
        return options.consistency() == ReadOptions.Consistency.STRONG
                ? store.reading(Freshness.linearizable(atMost))
                : store;
    }
}
