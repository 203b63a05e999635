package dev.mneme.engine.shard;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Whether the disk of a folder still has room for more writes; looked at once a second at most.
///
/// A disk that cannot be asked counts as having room: this is an early warning alone. The log reserves its segments
/// and so meets a full disk before it acknowledges anything, and a shard waits for room in its tables; so that
/// nothing is lost by going on, while refusing would stop every write for a question that failed.
///
/// **Threads**: any. Two threads may look at the same time; both find the same.
final class FreeRoom implements BooleanSupplier {
    private static final Logger LOG = System.getLogger(FreeRoom.class.getName());
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Disk disk;
    private final long minFreeBytes;
    private volatile long lookedAt;
    private volatile boolean room;
    private volatile boolean unknown;

    /// What is asked.
    @FunctionalInterface
    interface Disk {
        long usableBytes() throws IOException;
    }

    FreeRoom(Path folder, long minFreeBytes) {
        this(() -> Files.getFileStore(folder).getUsableSpace(), minFreeBytes);
    }

    FreeRoom(Disk disk, long minFreeBytes) {
        this.disk = disk;
        this.minFreeBytes = minFreeBytes;
        look();
    }

    @Override
    public boolean getAsBoolean() {
        if (System.nanoTime() - lookedAt > LOOK_NANOS) {
            look();
        }
        return room;
    }

    void look() {
        lookedAt = System.nanoTime();
        try {
            room = disk.usableBytes() >= minFreeBytes;
            unknown = false;
        } catch (IOException | SecurityException e) {
            if (!unknown) {
                LOG.log(Level.WARNING, "The free room of the disk cannot be read; writes go on without the check", e);
            }
            unknown = true;
            room = true;
        }
    }
}
