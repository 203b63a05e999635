package dev.mneme.core.hub;

import dev.mneme.core.model.Owner;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The head of an owner in a hub's database: whoever replaces it commits.
///
/// @param revision how many batches were committed; 0 before the first
/// @param sequence of the owner's latest change
/// @param at the time of the latest batch
/// @param pending batches that are committed and may not yet be spread over the collections, in order; the last one is
///     the latest batch unless it was settled
/// @param recent the ids of the latest batches, at most [#RECENT], the last one's last: by these a node finds out what
///     became of a commit whose answer was lost
public record OwnerHead(
        Owner owner, long revision, long sequence, Instant at, List<OwnerBatch> pending, List<String> recent) {
    /// How many ids of batches a head remembers.
    public static final int RECENT = 32;

    public OwnerHead {
        pending = List.copyOf(pending);
        recent = List.copyOf(recent);
    }

    /// The head of an owner of whom nothing was committed.
    public static OwnerHead none(Owner owner) {
        return new OwnerHead(owner, 0, 0, Instant.EPOCH, List.of(), List.of());
    }

    /// The head after one more batch.
    ///
    /// @param unspread earlier batches that may not yet be spread
    public OwnerHead with(List<OwnerBatch> unspread, OwnerBatch batch) {
        List<OwnerBatch> nextPending = new ArrayList<>(unspread);
        nextPending.add(batch);
        List<String> ids = new ArrayList<>(recent.subList(Math.max(0, recent.size() - RECENT + 1), recent.size()));
        ids.add(batch.id());
        return new OwnerHead(owner, batch.revision(), batch.sequence(), batch.at(), nextPending, ids);
    }
}
