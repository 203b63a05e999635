package dev.mneme.engine.replica;

import dev.mneme.core.model.Change;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.table.Rows;
import java.util.List;

/// What is told of each applied entry, on the shard's thread, after its rows are stored and before its
/// writers are answered: so that whoever was answered finds what was written. First [#indexed], then
/// [#applied].
interface ShardListener {
    /// May be called again with the same entry, after it failed for want of room on the disk.
    void indexed(long logIndex, List<IndexUpdate> index);

    void applied(List<Change> changes);

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
