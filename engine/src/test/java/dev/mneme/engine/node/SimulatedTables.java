package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.table.ForwardingTables;
import dev.mneme.engine.table.HeapTables;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tables of a simulated node: of a process that can die, on a disk that is full at times, and held to what they were
/// given before: an entry that is applied again after a crash comes to the same rows.
final class SimulatedTables extends ForwardingTables {
    private final CrashableTables process;
    private final BooleanSupplier full;
    private final @Nullable NavigableMap<Long, Batch> written;

    /// @param written what each entry came to, in all lives; null: what is written need not follow from entries alone
    SimulatedTables(
            HeapTables.Home home, long seed, BooleanSupplier full, @Nullable NavigableMap<Long, Batch> written) {
        CrashableTables underneath = new CrashableTables(home, seed);
        super(underneath);
        this.process = underneath;
        this.full = full;
        this.written = written;
    }

    void die() {
        process.die();
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
    public long checkpoint() {
        requireRoom();
        return tables.checkpoint();
    }
}
