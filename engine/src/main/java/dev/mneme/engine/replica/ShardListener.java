package dev.mneme.engine.replica;

import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.state.Applied;
import dev.mneme.engine.table.Rows;
import java.util.List;

/// What is told of each applied entry, on the shard's thread, after its rows are stored and before its
/// writers are answered: so that whoever was answered finds what was written. First [#indexed], then
/// [#applied].
interface ShardListener {
    /// May be called again with the same entry, after it failed for want of room on the disk.
    void indexed(long logIndex, List<IndexUpdate> index);

    /// @param entry with its writes, to which there is a result each
    void applied(ShardBatch entry, Applied what);

    /// What this replica is to the shard from now on. Not said before it is known.
    ///
    /// @param term in which it is primary; of other roles 0
    void role(Agreement.Role role, long term);

    /// Before rows are replaced: whether the new ones belong here.
    ///
    /// @param own the shard's own row
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when they do not; then nothing is
    ///     replaced
    void requireOwn(Rows.Shard own);

    /// All rows were replaced. May be called again as [#indexed] may.
    ///
    /// @param logIndex what the rows contain now
    /// @param before the rows that there were before
    void replaced(long logIndex, Tables.Snapshot before);
}
