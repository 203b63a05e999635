package dev.mneme.core.spi;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Restriction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What can be read of a [Store]. Its promises hold; how fresh an answer is, says who gave the reads out.
///
/// **Threads** and **failures**: as [Store].
public interface StoreReads extends OwnerSpaces {
    /// For [#changes(Owner, long, int)]: before the oldest retained change.
    long OLDEST = -1;

    /// The live or expired memory; empty if never written or deleted.
    Optional<At<Memory>> find(MemoryId id);

    /// Every kept version, oldest first, also of a deleted memory; empty if the id was never used or
    /// its owner was erased.
    Optional<At<List<MemoryVersion>>> history(MemoryId id);

    MemoryPage list(MemoryQuery query);

    SearchResult search(SearchQuery query);

    /// Scope ids with their counts, of what `restriction` lets through, ordered by kind and id.
    ///
    /// @param after the last entity of the page before, or null
    List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit);

    /// The owners that may have memories which match, expired ones too; at least those that have.
    List<Owner> ownersMatching(Filter filter);

    /// How many owners that may have memories which match are left out of lists and searches across owners,
    /// because their data was changed from outside; as far as it was checked.
    default int leftOut(Filter filter) {
        return 0;
    }

    /// How much there is of the owner, at one position.
    ///
    /// @param restriction which of its memories are counted; everything else is counted whole
    /// @param now contexts and sync events that have expired by then are left out
    At<OwnerCounts> counts(Owner owner, Restriction restriction, Instant now);

    /// The owner's latest position.
    Position head(Owner owner);

    /// The owner's changes after a sequence, oldest first.
    ///
    /// @param afterSequence or [#OLDEST], which is never a reset
    Store.ChangeBatch changes(Owner owner, long afterSequence, int limit);

    /// Every owner's changes after an operator's cursor, each shard's in its order.
    ///
    /// @param cursor as an earlier batch gave it; `""` for the oldest retained
    Store.OperatorBatch changes(String cursor, int limit);

    /// The operator's cursor of now.
    String operatorCursor();

    /// What belongs to a user as a whole, at one position: the modes of all instances, as [Modes#all]
    /// gives them, and each context, by the bytes of its key, until the visitor says stop. Expired
    /// contexts are shown.
    ///
    /// @param contexts is called during the read and must be quick: it says whether to go on
    At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts);

    Contexts contexts();

    Modes modes();

    ResponseSources responses();

    SyncEvents syncEvents();

    Conflicts conflicts();

    /// The documents of owners.
    Documents documents();

    /// The documents of the server, whose owner is [Documents#SYSTEM].
    Documents systemDocuments();

    /// Every key, in no order.
    List<ApiKey> keys();
}
