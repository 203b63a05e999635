package dev.mneme.engine.log;

import dev.mneme.core.spi.CommitLog;
import dev.mneme.testkit.CommitLogContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/// The log on a real folder, with segments small enough that they roll.
class PositionedLogTest extends CommitLogContract {
    private static final LogConfig SMALL =
            new LogConfig(64 << 10, 16 << 10, 16 << 10, 1_000, 1 << 20, 4, Duration.ofMillis(1));

    private final FailingSync failing = new FailingSync();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path home;

    @Override
    protected CommitLog open() {
        try {
            return PositionedLog.open(
                    failing.over(new FolderDisk(home.resolve("log"))), SHARDS, SMALL, LogMetrics.NONE, LogSeal.NONE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    protected void failNextSync(CommitLog log) {
        WriteAheadLog journal = ((PositionedLog) log).journal();
        failing.nextOf(SegmentName.of(journal.oldestSegment() + journal.segments() - 1));
    }
}
