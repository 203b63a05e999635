package dev.mneme.engine.table;

import dev.mneme.core.spi.Tables;
import dev.mneme.testkit.TablesContract;

final class HeapTablesTest extends TablesContract {
    private final HeapTables.Home home = new HeapTables.Home();

    @Override
    protected Tables open() {
        return new HeapTables(home);
    }
}
