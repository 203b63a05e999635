package dev.mneme.engine.folder;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Whether the disk of a folder still has room for more writes: bytes, and for one more file. Looked at once a
/// second at most.
///
/// A disk that cannot be asked counts as having room: this is an early warning alone. The log reserves its segments
/// and so meets a full disk before it acknowledges anything, and a shard waits for room in its tables; so that
/// nothing is lost by going on, while refusing would stop every write for a question that failed.
///
/// **Threads**: any. Two threads may look at the same time; both find the same.
public final class FreeRoom implements BooleanSupplier {
    private static final Logger LOG = System.getLogger(FreeRoom.class.getName());
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long FOR_TABLES = 32L << 20;
    private static final String PROBE = "room.probe";

    private final Disk disk;
    private final long minFreeBytes;
    private final LongSupplier nanos;
    private volatile long lookedAt;
    private volatile boolean room;
    private volatile boolean roomForTables;
    private volatile boolean unknown;

    /// What is asked.
    @FunctionalInterface
    interface Disk {
        long usableBytes() throws IOException;

        /// Whether another file can be made: a disk may have bytes and no inodes.
        default boolean takesFiles() throws IOException {
            return true;
        }
    }

    private record FolderOnDisk(Path folder) implements Disk {
        @Override
        public long usableBytes() throws IOException {
            return Files.getFileStore(folder).getUsableSpace();
        }

        @Override
        public boolean takesFiles() throws IOException {
            Path probe = folder.resolve(PROBE);
            try {
                Files.newByteChannel(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                        .close();
                Files.deleteIfExists(probe);
                return true;
            } catch (IOException e) {
                if (String.valueOf(e.getMessage()).contains("No space left")) {
                    return false;
                }
                throw e;
            }
        }
    }

    public FreeRoom(Path folder, long minFreeBytes, LongSupplier nanos) {
        this(new FolderOnDisk(folder), minFreeBytes, nanos);
    }

    /// @param nanos a ticker, as `System.nanoTime` is one
    FreeRoom(Disk disk, long minFreeBytes, LongSupplier nanos) {
        this.nanos = nanos;
        this.disk = disk;
        this.minFreeBytes = minFreeBytes;
        look();
    }

    @Override
    public boolean getAsBoolean() {
        if (nanos.getAsLong() - lookedAt > LOOK_NANOS) {
            look();
        }
        return room;
    }

    /// Whether tables may be written to the disk: this needs little, and lets log segments go.
    public boolean forTables() {
        getAsBoolean(); // looks, when it is time
        return roomForTables;
    }

    void look() {
        lookedAt = nanos.getAsLong();
        try {
            long usable = disk.usableBytes();
            boolean files = disk.takesFiles();
            room = usable >= minFreeBytes && files;
            roomForTables = usable >= FOR_TABLES && files;
            unknown = false;
        } catch (IOException | SecurityException e) {
            if (!unknown) {
                LOG.log(Level.WARNING, "The free room of the disk cannot be read; writes go on without the check", e);
            }
            unknown = true;
            room = true;
            roomForTables = true;
        }
    }
}
