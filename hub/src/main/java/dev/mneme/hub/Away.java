package dev.mneme.hub;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What becomes of writes while the database is away.
///
/// **Threads**: of one owner, one at a time.
interface Away {
    /// Whether nothing of the owner waits.
    boolean isEmpty(Owner owner);

    /// Keeps a write until the database is back.
    ///
    /// @param loaded whether the copy has the owner, so that the write can be decided for the time being
    /// @param inDoubt the batch in which it may have been committed, or null
    /// @return what it comes to for now, at a position of the outbox
    /// @throws MnemeException `HUB_UNAVAILABLE` when it cannot be kept
    WriteResult keep(Write write, boolean loaded, @Nullable OwnerBatch inDoubt);

    /// Commits what waits of the owner, in order, and forgets it. What lost meanwhile becomes a stored conflict.
    ///
    /// @param recent the ids of the owner's latest batches
    /// @param revision of the last one
    /// @param commit commits one write, and throws when the database is away again
    void flush(Owner owner, List<String> recent, long revision, Function<Write, WriteResult> commit);
}
