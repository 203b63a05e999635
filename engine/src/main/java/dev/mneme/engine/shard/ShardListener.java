package dev.mneme.engine.shard;

import dev.mneme.core.model.Change;
import dev.mneme.engine.index.IndexUpdate;
import java.util.List;

/// What is told of each applied entry, on the shard's thread, after its rows are stored and before its
/// writers are
/// answered: so that whoever was answered finds what was written.
interface ShardListener {
    void applied(long logIndex, List<IndexUpdate> index, List<Change> changes);
}
