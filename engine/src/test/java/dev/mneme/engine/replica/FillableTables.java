package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.HeapTables;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tables on a disk that is full at times.
///
/// @param onSnapshot hears of each look at the rows
record FillableTables(HeapTables tables, BooleanSupplier full, Runnable onSnapshot) implements Tables {
    FillableTables(HeapTables tables, BooleanSupplier full) {
        this(tables, full, () -> {});
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
    public long appliedIndex() {
        return tables.appliedIndex();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return tables.get(key);
    }

    @Override
    public Snapshot snapshot() {
        onSnapshot.run();
        return tables.snapshot();
    }

    @Override
    public long checkpoint() {
        return tables.checkpoint();
    }

    @Override
    public void compact(byte[] from, byte[] to) {
        tables.compact(from, to);
    }

    @Override
    public long sizeBytes() {
        return tables.sizeBytes();
    }

    @Override
    public void close() {
        tables.close();
    }
}
