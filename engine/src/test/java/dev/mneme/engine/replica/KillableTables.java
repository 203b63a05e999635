package dev.mneme.engine.replica;

import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.ForwardingTables;
import java.util.function.Consumer;

/// Tables whose replacement may be killed at any step.
final class KillableTables extends ForwardingTables {
    private static final int ROWS = 150;

    private final KillSteps steps;
    private final String name;

    /// @param name of the rows, for the steps
    KillableTables(Tables tables, KillSteps steps, String name) {
        super(tables);
        this.steps = steps;
        this.name = name;
    }

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
    public Snapshot stored() {
        return tables.stored();
    }
}
