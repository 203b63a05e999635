package dev.mneme.engine.replica;

import dev.mneme.core.spi.Agreement;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.PositionedLog;
import dev.mneme.engine.node.LocalEngineTest;
import dev.mneme.testkit.AgreementContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// One copy, over the write-ahead log, whose threads call as they like.
final class SingleCopyOnDiskTest extends AgreementContract {
    private static final int SHARDS = 2;

    @TempDir
    Path folder;

    private @Nullable PositionedLog log;

    @Override
    protected Agreement open() {
        close();
        try {
            PositionedLog opened = PositionedLog.open(
                    new FolderDisk(folder), SHARDS, LocalEngineTest.SMALL_LOG, LogMetrics.NONE, LogSeal.NONE);
            log = opened;
            return new SingleCopy(opened, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        if (log != null) {
            log.close();
        }
    }
}
