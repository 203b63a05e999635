package dev.mneme.hub;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.Owner;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/// What a node has of the owners in use, and what it keeps of them on its own disk.
///
/// **Threads**: of one owner, one at a time.
interface OwnerCopy extends OwnerSpread.RecordsOf {
    /// What writes come to; nothing is stored.
    ///
    /// @param results one for each write
    /// @param sequence the owner's, after them
    /// @param rows what changed; empty: nothing did
    /// @param ownRows what changed and stays on this node; empty: nothing
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Decided(List<WriteResult> results, long sequence, byte[] rows, byte[] ownRows) {
        boolean isNothing() {
            return rows.length == 0;
        }
    }

    Decided decide(Owner owner, Instant at, List<Write> writes, Command.Govern rules);

    /// Puts the next batch: whoever searches or follows the owner sees it when this returns.
    void take(Owner owner, OwnerBatch batch);

    /// Replaces whatever is here of the owner by these records.
    void load(Owner owner, OwnerHead head, Collection<StoredRecord> records);

    /// Puts records that changed, as if they were one batch.
    void takeLoaded(Owner owner, OwnerHead head, Collection<StoredRecord> changed);

    /// Forgets the owner, without a change.
    void drop(Owner owner);

    /// Whether a batch erases its owner: every record goes that it does not itself put.
    @Override
    boolean erases(OwnerBatch batch);

    /// What a batch does to the records of the database.
    @Override
    List<RecordChange> changes(OwnerBatch batch);

    /// Keeps rows that may not leave this node, before their batch is committed.
    void keepOwn(Owner owner, OwnerBatch batch, byte[] ownRows);

    /// The batch was not committed.
    void forgetOwn(Owner owner, OwnerBatch batch);
}
