package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.table.ForwardingTables;
import dev.mneme.engine.table.HeapTables;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Tables on a disk that is full at times.
final class FillableTables extends ForwardingTables {
    private final BooleanSupplier full;
    private final Runnable onSnapshot;

    FillableTables(HeapTables tables, BooleanSupplier full) {
        this(tables, full, () -> {});
    }

    /// @param onSnapshot hears of each look at the rows
    FillableTables(HeapTables tables, BooleanSupplier full, Runnable onSnapshot) {
        super(tables);
        this.full = full;
        this.onSnapshot = onSnapshot;
    }

    private void requireRoom() {
        if (full.getAsBoolean()) {
            throw new MnemeException(ErrorCode.STORAGE_FULL, "The disk is full.");
        }
    }

    @Override
    public void write(Batch batch) {
        requireRoom();
        tables.write(batch);
    }

    @Override
    public void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
        requireRoom();
        tables.replaceAll(appliedIndex, rows);
    }

    @Override
    public Snapshot snapshot() {
        onSnapshot.run();
        return tables.snapshot();
    }
}
