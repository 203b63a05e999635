package dev.mneme.core.spi;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The embedding spaces of owners' vectors, for the move to another embedder: a part of [Store].
///
/// **Promises**, each held by a test of `StoreContract`: what is staged for a space to come shows in no version,
/// history, change, position or search until the switch; the switch is refused while a memory lacks a vector of its
/// present text; erasing an owner drops its staged vectors.
///
/// **Threads** and **failures**: as [Store].
public interface OwnerSpaces {
    OwnerSpace space(Owner owner);

    /// Owners that have vectors, in an order of the store's own.
    ///
    /// @param cursor of the former page, or null
    SpacePage spaces(@Nullable String cursor, int limit);

    /// The owner's memories that lack a vector of the space to come, by arrival; empty when no space is to come.
    ///
    /// @param afterArrival of the last memory of the former page, or 0
    List<Unstaged> unstaged(Owner owner, long afterArrival, int limit);

    /// The spaces of all embedders that the server has had, in no order.
    List<EmbeddingSpace> embedders();

    /// @param now null while the owner has no vectors
    /// @param next the space that its vectors are being moved to; null: none
    /// @param leftOver whether vectors that are no longer in use are still stored
    record OwnerSpace(
            Owner owner,
            @Nullable EmbeddingSpace now,
            @Nullable EmbeddingSpace next,
            boolean leftOver) {}

    /// @param nextCursor null when there are no more
    record SpacePage(List<OwnerSpace> owners, @Nullable String nextCursor) {}

    record Unstaged(long arrival, Memory memory) {}
}
