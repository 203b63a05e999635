package dev.mneme.core.spi;

import java.time.Duration;

/// A node that was opened: its store, and everything that an operator asks of it, however the store came about.
///
/// **Threads**: any number may call.
public interface Node extends AutoCloseable {
    Store store();

    Backups backups();

    Exports exports();

    default Integrity integrity() {
        return store().integrity();
    }

    default StoreStatus status() {
        return store().status();
    }

    /// Whether the tables have accepted nothing for this long although there is room on the disk, so that a restart may
    /// help.
    boolean blockedWithRoom(Duration atLeast);

    /// Finishes all proposals, makes a checkpoint, and closes.
    @Override
    void close();
}
