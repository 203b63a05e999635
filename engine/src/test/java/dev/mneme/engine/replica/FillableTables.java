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
    private volatile ErrorCode refusal = ErrorCode.STORAGE_FULL;
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
            throw new MnemeException(refusal, "Nothing is taken.");
        }
    }

    /// From now on this is why nothing is taken.
    FillableTables refuseWith(ErrorCode code) {
        refusal = code;
        return this;
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
