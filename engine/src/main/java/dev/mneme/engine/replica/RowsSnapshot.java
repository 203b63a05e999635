package dev.mneme.engine.replica;

import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.StoringStage;

/// The rows of a shard for another replica.
record RowsSnapshot(Tables.Snapshot rows, StoringStage stage) implements Agreement.Snapshot {
    @Override
    public long index() {
        return rows.appliedIndex();
    }

    @Override
    public void rows(Tables.Visitor visitor) {
        stage.send(rows, visitor);
    }

    @Override
    public void close() {
        rows.close();
    }
}
