package dev.mneme.engine.replica;

import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.log.FailingSync;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.node.LocalEngineTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/// One copy, over the write-ahead log, whose threads call as they like.
final class SingleCopyOnDiskTest extends SingleCopyContract {
    private final FailingSync failing = new FailingSync();

    @TempDir
    Path folder;

    @Override
    protected Journal openJournal() {
        try {
            return WriteAheadLog.openOf(
                    failing.over(new FolderDisk(folder)),
                    Set.of(OTHER, SHARD, ShardId.SYSTEM),
                    LocalEngineTest.SMALL_LOG,
                    LogMetrics.NONE,
                    LogSeal.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void failNextSync(Journal of) {
        failing.nextOf((WriteAheadLog) of);
    }
}
