package dev.mneme.core.spi;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Change;
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
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Keeps everything and finds it again: the one port that every topology implements. It knows nothing of keys' rights;
/// the services check them.
///
/// **Promises**, each held by a test of `StoreContract`:
/// - *Durable*: once [#write] has returned, a store that is opened again on the same folder has the write.
/// - *Atomic*: a reader sees all of a write or none of it.
/// - *Ordered*: an owner's positions have no gaps, and a read at a position contains every change up to it.
/// - *Immediate*: every read and search that begins after `write` returned finds what was written.
/// - *Isolated*: a read that names an owner sees nothing of another.
///
/// **Threads**: any number may call. Calls block, so callers run them on virtual threads.
///
/// **Failures**: `MnemeException` alone. After `OUTCOME_UNKNOWN` send the same write again under the same idempotency
/// key.
public interface Store extends OwnerSpaces, AutoCloseable {
    /// Decides the commands of one owner and makes them durable.
    WriteResult write(Write write);

    /// What [#write] would answer to a repeated request, whose commands it would not look at. It spares callers the
    /// work of making them. Nothing changes. Empty when the request is not known, or still under way.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the key was used for another request
    Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency);

    /// The live or expired memory; empty if there never was one, or if it was deleted.
    Optional<At<Memory>> find(MemoryId id);

    /// Every kept version, oldest first, even of a deleted memory; empty if the id was never used or its owner was
    /// erased.
    Optional<At<List<MemoryVersion>>> history(MemoryId id);

    MemoryPage list(MemoryQuery query);

    SearchResult search(SearchQuery query);

    /// Scope ids with their counts, of the memories that `restriction` allows, ordered by kind and id.
    ///
    /// @param after the last entity of the former page, or null
    List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit);

    /// The owners that may have matching memories, expired ones included; it may name more owners than have one, but
    /// never fewer.
    List<Owner> ownersMatching(Filter filter);

    /// How many owners that may have matching memories are left out of lists and searches across owners because their
    /// data were changed from outside, as far as they were checked.
    default int leftOut(Filter filter) {
        return 0;
    }

    /// How much the owner has, at one position.
    ///
    /// @param restriction which of its memories are counted; everything else is counted whole
    /// @param now contexts and sync events that have expired by then are left out
    At<OwnerCounts> counts(Owner owner, Restriction restriction, Instant now);

    /// The owner's latest position.
    Position head(Owner owner);

    /// Waits until the owner's position is at least this one.
    ///
    /// @return whether it is, within the time
    boolean await(Owner owner, Position position, Duration atMost);

    /// For [#changes(Owner, long, int)]: before the oldest retained change.
    long OLDEST = -1;

    /// The owner's changes after a sequence, oldest first.
    ///
    /// @param afterSequence or [#OLDEST], which is never a reset
    ChangeBatch changes(Owner owner, long afterSequence, int limit);

    /// Every owner's changes after an operator's cursor, each shard's in its order.
    ///
    /// @param cursor from an earlier batch; `""` for the oldest retained change
    OperatorBatch changes(String cursor, int limit);

    /// The operator's cursor at present.
    String operatorCursor();

    /// Calls `onAdvance` after the owner's position has advanced (or any owner's, if `owner` is null), until closed. It
    /// runs on the applying thread and must neither block nor throw; several advances may come as one call.
    Subscription subscribe(@Nullable Owner owner, Runnable onAdvance);

    /// Everything that belongs to a user as a whole, at one position: the modes of all instances, as by [Modes#all],
    /// and each context in the order of the keys' bytes, until the visitor says stop. Expired contexts are shown.
    ///
    /// @param contexts is called during the read and must be quick; it says whether to go on
    At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts);

    Contexts contexts();

    Modes modes();

    ResponseSources responses();

    SyncEvents syncEvents();

    /// The documents of owners.
    Documents documents();

    /// The documents of the server, whose owner is [Documents#SYSTEM].
    Documents systemDocuments();

    /// Every key, in no order.
    List<ApiKey> keys();

    /// Writes to the system shard: keys, documents, and the embedders that the server has had.
    WriteResult writeSystem(Write write);

    StoreStatus status();

    /// What is known about data that were changed from outside.
    default Integrity integrity() {
        return Integrity.NONE;
    }

    /// The epoch of this data folder's positions.
    String epoch();

    /// Finishes all proposals, makes a checkpoint, and closes.
    @Override
    void close();

    /// @param reset the changes after the given sequence are no longer retained: read the state at `position`, then go
    ///     on from there
    record ChangeBatch(List<Change> changes, long after, Position position, boolean reset) {}

    /// @param cursor where to resume after the changes; after a reset: now
    /// @param reset whether changes after the given cursor are no longer retained
    /// @param retained for a reset: where to resume in order to get what is still retained after the given cursor;
    ///     otherwise the same as `cursor`
    record OperatorBatch(List<OperatorChange> changes, String cursor, boolean reset, String retained) {
        public OperatorBatch(List<OperatorChange> changes, String cursor, boolean reset) {
            this(changes, cursor, reset, cursor);
        }
    }

    /// @param cursor where to resume after it
    record OperatorChange(Change change, String cursor) {}

    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
