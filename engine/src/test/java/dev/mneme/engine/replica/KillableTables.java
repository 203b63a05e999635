package dev.mneme.engine.replica;

import dev.mneme.core.spi.Tables;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tables whose replacement may be killed at any step.
///
/// @param name of the rows, for the steps
record KillableTables(Tables tables, KillSteps steps, String name) implements Tables {
    private static final int ROWS = 150;

    @Override
    public void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
        steps.here(name + " are to be replaced");
        int[] shown = new int[1];
        tables.replaceAll(appliedIndex, visitor -> {
            rows.accept((key, row) -> {
                if (shown[0]++ % ROWS == 0) {
                    steps.here(name + " are shown to the tables, " + shown[0] + " so far");
                }
                return visitor.row(key, row);
            });
            steps.here(name + " were all shown to the tables");
        });
        steps.here(name + " are replaced");
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
    public Snapshot snapshot() {
        return tables.snapshot();
    }

    @Override
    public Snapshot stored() {
        return tables.stored();
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
