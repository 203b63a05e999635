package dev.mneme.core.spi;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import java.util.List;
import java.util.Optional;
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
/// **Failures**: `MnemeException` alone. After `OUTCOME_UNKNOWN` write the same again under the same
/// idempotency key.
public interface Store extends StoreReads, AutoCloseable {
    /// Decides the commands of one owner and makes them durable.
    WriteResult write(Write write);

    /// What [#write] would answer to a repeated request, whose commands it would not look at. It spares callers the
    /// work of making them. Nothing changes. Empty when the request is not known, or still under way.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the key was used for another request
    Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency);

    /// Reads that are as fresh as this: each is asked of a replica that is, or waits for it.
    ///
    /// @throws MnemeException at once, or when something is read: `position_ahead` when it is not so within the
    ///     time, `no_quorum` when that cannot be known
    StoreReads reading(Freshness freshness);

    /// Calls `onAdvance` after the owner's position advanced (every owner's, when `owner` is null),
    /// until closed. It runs on the applying thread and must neither block nor throw; several advances
    /// may come as one call.
    Subscription subscribe(@Nullable Owner owner, Runnable onAdvance);

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
