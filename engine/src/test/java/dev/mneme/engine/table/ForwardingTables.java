package dev.mneme.engine.table;

import dev.mneme.core.spi.Tables;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tables that hand on every call to others: what a test changes about them it overrides.
public abstract class ForwardingTables implements Tables {
    protected final Tables tables;

    protected ForwardingTables(Tables tables) {
        this.tables = tables;
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
    public void write(Batch batch) {
        tables.write(batch);
    }

    @Override
    public void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
        tables.replaceAll(appliedIndex, rows);
    }

    @Override
    public Snapshot snapshot() {
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
