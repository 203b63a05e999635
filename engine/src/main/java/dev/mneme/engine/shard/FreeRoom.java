package dev.mneme.engine.shard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Whether the disk of a folder still has room for more writes; looked at once a second at most.
///
/// **Threads**: any. Two threads may look at the same time; both find the same.
final class FreeRoom implements BooleanSupplier {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final FileStore disk;
    private final long minFreeBytes;
    private volatile long lookedAt;
    private volatile boolean room;

    FreeRoom(Path folder, long minFreeBytes) {
        this.minFreeBytes = minFreeBytes;
        try {
            this.disk = Files.getFileStore(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        look();
    }

    @Override
    public boolean getAsBoolean() {
        if (System.nanoTime() - lookedAt > LOOK_NANOS) {
            look();
        }
        return room;
    }

    private void look() {
        lookedAt = System.nanoTime();
        try {
            room = disk.getUsableSpace() >= minFreeBytes;
        } catch (IOException e) {
            throw new UncheckedIOException("The free room of the disk cannot be read", e);
        }
    }
}
