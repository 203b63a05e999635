package dev.mneme.core.spi;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// In which embedding spaces owners' vectors are, for whoever moves them to another: a part of [Store].
///
/// **Promises**, each held by a test of `StoreContract`: what is staged for a space to come shows in no
/// version, history, change, position or search until the switch; the switch is refused while a memory
/// lacks a vector that was made of its present text; erasing an owner drops what was staged.
///
/// **Threads** and **failures**: as [Store].
public interface OwnerSpaces {
    OwnerSpace space(Owner owner);

    /// Owners that have vectors, in an order of the store's own.
    ///
    /// @param cursor of the page before, or null
    SpacePage spaces(@Nullable String cursor, int limit);

    /// The owner's memories that lack a vector of the space to come, by arrival; none when no space is to come.
    ///
    /// @param afterArrival of the last one of the page before, or 0
    List<Unstaged> unstaged(Owner owner, long afterArrival, int limit);

    /// The spaces of all embedders that the server has had, in no order.
    List<EmbeddingSpace> embedders();

    /// @param now null while the owner has no vectors
    /// @param next where its vectors are on their way to; null: nowhere
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
