package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.HeapTables;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tables of a simulated node: of a process that can die, on a disk that is full at times, and held to what they were
/// given before: an entry that is applied again after a crash comes to the same rows.
final class SimulatedTables implements Tables {
    private final CrashableTables tables;
    private final BooleanSupplier full;
    private final @Nullable NavigableMap<Long, Batch> written;

    /// @param written what each entry came to, in all lives; null: what is written need not follow from entries alone
    SimulatedTables(
            HeapTables.Home home, long seed, BooleanSupplier full, @Nullable NavigableMap<Long, Batch> written) {
        this.tables = new CrashableTables(home, seed);
        this.full = full;
        this.written = written;
    }

    void die() {
        tables.die();
    }

    private void requireRoom() {
        if (full.getAsBoolean()) {
            throw new MnemeException(ErrorCode.STORAGE_FULL, "The disk is full.");
        }
    }

    @Override
    public void write(Batch batch) {
        requireRoom();
        Batch before = written == null ? null : written.put(batch.appliedIndex(), batch);
        if (before != null) {
            assertThat(text(batch))
                    .as("entry %d comes to the same rows again", batch.appliedIndex())
                    .isEqualTo(text(before));
        }
        tables.write(batch);
    }

    private static String text(Batch batch) {
        StringBuilder text = new StringBuilder();
        for (Batch.Row row : batch.rows()) {
            byte[] value = row.value();
            text.append(HexFormat.of().formatHex(row.key()))
                    .append(value == null ? "" : "=" + HexFormat.of().formatHex(value))
                    .append('\n');
        }
        return text.toString();
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
        return tables.snapshot();
    }

    @Override
    public long checkpoint() {
        requireRoom();
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
