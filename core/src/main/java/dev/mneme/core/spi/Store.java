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

/// Keeps everything and finds it again: the one port that every topology implements. It knows nothing
/// of keys' rights: the services do.
///
/// **Promises**, each held by a test of `StoreContract`:
/// - *Durable*: once [#write] returned, a store opened again on the same folder has it.
/// - *Atomic*: a reader sees all of a write or none of it.
/// - *Ordered*: an owner's positions are dense, and what is read at a position contains every change up to it.
/// - *Immediate*: what was written is found by every read and search that begins after `write` returned.
/// - *Isolated*: a read that names an owner sees nothing of another.
///
/// **Threads**: any number may call. Calls block: callers run them on virtual threads.
///
/// **Failures**: `MnemeException` alone. After `OUTCOME_UNKNOWN` write the same again under the same
/// idempotency key.
public interface Store extends OwnerSpaces, AutoCloseable {
    /// Decides the commands of one owner and makes them durable.
    WriteResult write(Write write);

    /// What [#write] would answer a repeated request with, of which it would not look at the commands: for whoever
    /// would spare the work of making them. Nothing changes. Empty when the request is not known, or under way.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the key was used for another request
    Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency);

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
    /// @param cursor as an earlier batch gave it; `""` for the oldest retained
    OperatorBatch changes(String cursor, int limit);

    /// The operator's cursor of now.
    String operatorCursor();

    /// Calls `onAdvance` after the owner's position advanced (every owner's, when `owner` is null),
    /// until closed. It runs on the applying thread and must neither block nor throw; several advances
    /// may come as one call.
    Subscription subscribe(@Nullable Owner owner, Runnable onAdvance);

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

    /// The documents of owners.
    Documents documents();

    /// The documents of the server, whose owner is [Documents#SYSTEM].
    Documents systemDocuments();

    /// Every key, in no order.
    List<ApiKey> keys();

    /// Writes to the system shard: keys, documents, and the embedders that the server has had.
    WriteResult writeSystem(Write write);

    /// Calls the listener for each key that was put or deleted, once this node's replica of the system shard has
    /// applied it, whichever node it was asked of; until closed. When [#writeSystem] returns, it has been called.
    Subscription subscribeKeys(KeyListener listener);

    /// Of which shards this node is primary.
    default Leadership leadership() {
        return Leadership.ALONE;
    }

    StoreStatus status();

    /// What is known of the data having been changed from outside.
    default Integrity integrity() {
        return Integrity.NONE;
    }

    /// The epoch of this data folder's positions.
    String epoch();

    /// Finishes what was proposed, checkpoints, closes.
    @Override
    void close();

    /// @param reset the changes after the given sequence are no longer retained: read the state at
    ///     `position`, then
    ///     go
    /// on from there
    record ChangeBatch(List<Change> changes, long after, Position position, boolean reset) {}

    /// @param cursor where to resume after the changes; of a reset: now
    /// @param reset changes after the given cursor are no longer retained
    /// @param retained of a reset: where to resume for whoever takes what is still retained after the given
    ///     cursor; otherwise as `cursor`
    record OperatorBatch(List<OperatorChange> changes, String cursor, boolean reset, String retained) {
        public OperatorBatch(List<OperatorChange> changes, String cursor, boolean reset) {
            this(changes, cursor, reset, cursor);
        }
    }

    /// @param cursor where to resume after it
    record OperatorChange(Change change, String cursor) {}

    /// Runs on the applying thread: it must neither block nor throw.
    interface KeyListener {
        void put(ApiKey key);

        void deleted(String keyId);

        /// Others may be there now, all at once: read them again.
        void replaced();
    }

    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
