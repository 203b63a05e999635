package dev.mneme.core.hub;

import dev.mneme.core.model.Owner;
import java.time.Instant;
import java.util.List;

/// The head of an owner in a hub's database: whoever replaces it commits.
///
/// @param revision how many batches were committed; 0 before the first
/// @param sequence of the owner's latest change
/// @param at the time of the latest batch
/// @param pending batches that are committed and may not yet be spread over the collections, in order; the last one is
///     the latest batch unless it was settled
public record OwnerHead(Owner owner, long revision, long sequence, Instant at, List<OwnerBatch> pending) {
    public OwnerHead {
        pending = List.copyOf(pending);
    }

    /// The head of an owner of whom nothing was committed.
    public static OwnerHead none(Owner owner) {
        return new OwnerHead(owner, 0, 0, Instant.EPOCH, List.of());
    }
}
