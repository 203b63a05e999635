package dev.mneme.engine.replica;

import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Tables;

/// The rows of a shard for another replica.
record RowsSnapshot(Tables.Snapshot rows) implements Agreement.Snapshot {
    @Override
    public long index() {
        return rows.appliedIndex();
    }

    @Override
    public void rows(Tables.Visitor visitor) {
        rows.all(visitor);
    }

    @Override
    public void close() {
        rows.close();
    }
}
