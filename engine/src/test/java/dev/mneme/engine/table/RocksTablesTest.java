package dev.mneme.engine.table;

import dev.mneme.core.spi.Tables;
import dev.mneme.testkit.TablesContract;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

final class RocksTablesTest extends TablesContract {
    @TempDir
    Path folder;

    private @Nullable RocksFolder opened;

    @Override
    protected Tables open() {
        close();
        opened = RocksFolder.open(folder.resolve("tables"), List.of("0", "system"), 8 << 20);
        return opened.tables(0);
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
