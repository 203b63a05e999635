package dev.mneme.engine.log;

import dev.mneme.core.spi.Journal;
import dev.mneme.testkit.JournalContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/// The log on a real folder, with segments small enough that they roll.
class WriteAheadLogJournalTest extends JournalContract {
    static final LogConfig SMALL = new LogConfig(64 << 10, 16 << 10, 16 << 10, 1_000, 1 << 20, 4, Duration.ofMillis(1));

    private final FailingSync failing = new FailingSync();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path home;

    @Override
    protected Journal open() {
        try {
            return WriteAheadLog.open(
                    failing.over(new FolderDisk(home.resolve("log"))),
                    FOUNDING,
                    SMALL,
                    LogMetrics.NONE,
                    LogSeal.under(new byte[32]),
                    LogRuntime.system());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    protected void failNextSync(Journal journal) {
        failing.nextOf((WriteAheadLog) journal);
    }
}
