package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// The folder's files: reserves the next segment ahead, and deletes those that nobody needs, both in the
/// background, so that neither holds up a commit. At most one segment is reserved ahead.
///
/// [#next], [#taken] and [#close] are called by the log's thread; [#deleteUnneeded] by any.
final class SegmentFolder {
    private static final System.Logger LOG = System.getLogger(SegmentFolder.class.getName());

    private final Disk disk;
    private final int segmentBytes;
    private final SegmentCatalog catalog;
    private final ExecutorService background;
    private long sequence;
    private Future<Disk.File> next;

    /// Begins to reserve segment `sequence`.
    ///
    /// @param background takes one task at a time; closed with the folder
    SegmentFolder(Disk disk, int segmentBytes, SegmentCatalog catalog, ExecutorService background, long sequence) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        this.catalog = catalog;
        this.background = background;
        this.sequence = sequence;
        this.next = reserve(sequence);
    }

    /// The next segment's file: reserved, all zeros, and durable so. Waits for it; a reservation that failed
    /// before is tried again.
    Disk.File next() throws IOException, InterruptedException {
        if (next.state() == Future.State.FAILED) {
            next = reserve(sequence);
        }
        try {
            return next.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException full ? full : new IOException(failed.getCause());
        }
    }

    /// The next segment is in use: reserves the one after it.
    void taken() {
        sequence++;
        next = reserve(sequence);
    }

    private Future<Disk.File> reserve(long number) {
        Callable<Disk.File> task = () -> reserveNow(SegmentName.of(number));
        return background.submit(task);
    }

    private Disk.File reserveNow(String name) throws IOException {
        Disk.File file = disk.open(name);
        try {
            file.allocate(segmentBytes);
            file.sync();
            disk.syncFolder();
            return file;
        } catch (IOException full) {
            giveBack(name, file, full);
            throw full;
        }
    }

    /// What was reserved of a segment before the disk was full would keep it full.
    private void giveBack(String name, Disk.File file, IOException full) {
        try {
            file.close();
            disk.delete(name);
        } catch (IOException failed) {
            full.addSuppressed(failed);
        }
    }

    /// Of a log that is closed, the next one does it.
    void deleteUnneeded() {
        if (catalog.unneeded().isPresent()) {
            try {
                background.execute(this::deleteNow);
            } catch (RejectedExecutionException closed) {
                LOG.log(System.Logger.Level.DEBUG, "Closed before a segment could be deleted", closed);
            }
        }
    }

    /// One by one, oldest first, each durable before the next: so a power loss leaves no hole.
    private void deleteNow() {
        try {
            for (OptionalLong old = catalog.unneeded(); old.isPresent(); old = catalog.unneeded()) {
                disk.delete(SegmentName.of(old.getAsLong()));
                disk.syncFolder();
                catalog.deleted(old.getAsLong());
            }
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "A log segment could not be deleted; tried again later", failed);
        }
    }

    /// Finishes what is under way and deletes the segment that was reserved but never used.
    void close() throws InterruptedException {
        background.execute(this::dropReserved);
        background.shutdown();
        if (!background.awaitTermination(1, TimeUnit.MINUTES)) {
            LOG.log(System.Logger.Level.WARNING, "The log's folder is still busy a minute after closing");
        }
    }

    private void dropReserved() {
        if (next.state() != Future.State.SUCCESS) {
            return;
        }
        try {
            next.resultNow().close();
            disk.delete(SegmentName.of(sequence));
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.DEBUG, "The reserved segment stays; the next start drops it", failed);
        }
    }
}
