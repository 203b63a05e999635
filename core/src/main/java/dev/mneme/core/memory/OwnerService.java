package dev.mneme.core.memory;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.Positions;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import java.time.InstantSource;

/// What there is of one owner.
///
/// **Threads**: any number may call.
///
/// **Failures**: `MnemeException` alone; `not_allowed` for an owner of whom the key can see nothing, whether the owner
/// exists or not.
public final class OwnerService {
    private final Store store;
    private final InstantSource clock;
    private final Limits limits;

    public OwnerService(Store store, InstantSource clock, Limits limits) {
        this.store = store;
        this.clock = clock;
        this.limits = limits;
    }

    /// @param whole whether the key sees all of the owner; if not, the key may know of nothing but the memories that it
    ///     sees
    public record Summary(OwnerCounts counts, boolean whole) {}

    /// Counts of the records that the caller may see, and the owner's position. For an owner that was never written
    /// they are zero.
    public At<Summary> summary(Caller caller, Owner owner, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        Authorizer.requireOwner(caller, owner);
        StoreReads reads = Positions.reading(store, owner, options, limits.positionWait());
        At<OwnerCounts> counts = reads.counts(owner, caller.key().restriction(), clock.instant());
        return new At<>(new Summary(counts.value(), Authorizer.seesWhole(caller, owner)), counts.position());
    }
}
