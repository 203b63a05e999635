package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Keeps a log's [LogMark] up to date while the log is open. Used by the log's thread, once it runs.
final class LogMarker implements AutoCloseable {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final Disk.File file;
    private final LogSeal seal;
    private final @Nullable UUID boot;
    private final int uncertain;
    private final InstantSource clock;
    private long number;
    private long batch;

    private LogMarker(Disk.File file, LogSeal seal, LogMark mark, @Nullable UUID boot, InstantSource clock) {
        this.file = file;
        this.seal = seal;
        this.boot = boot;
        this.clock = clock;
        this.uncertain = mark.uncertain();
        this.number = mark.number();
        this.batch = mark.batch();
    }

    /// Begins to mark; durable on return is that the log is open.
    static LogMarker open(Disk disk, LogSeal seal, LogTail tail, @Nullable UUID boot, InstantSource clock)
            throws IOException {
        LogMark before = LogMark.read(disk, seal);
        long number = before == null ? 0 : before.number();
        long last = Math.max(tail.last(), before == null ? 0 : before.batch());
        LogMark mark = new LogMark(number + 2, last, clock.instant(), false, tail.uncertainStops(), boot, true);
        LogMark.put(disk, seal, mark);
        return new LogMarker(disk.open(LogMark.FILE), seal, mark, boot, clock);
    }

    /// The batch is durable, and its callers are about to be told.
    void acknowledges(long sequence) throws IOException {
        batch = sequence;
        write(false);
    }

    private void write(boolean closed) throws IOException {
        number++;
        new LogMark(number, batch, clock.instant(), closed, uncertain, boot, true).write(file, seal);
    }

    /// Nothing was lost on the way: durable on return.
    void closesWhole() throws IOException {
        write(true);
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /// The machine's present boot, where the system tells.
    static @Nullable UUID boot() {
        try {
            return Files.isReadable(BOOT)
                    ? UUID.fromString(Files.readString(BOOT).strip())
                    : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            System.getLogger(LogMarker.class.getName())
                    .log(System.Logger.Level.DEBUG, "The system names its boot in another way", e);
            return null;
        }
    }
}
