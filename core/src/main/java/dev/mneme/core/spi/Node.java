package dev.mneme.core.spi;

import java.time.Duration;

/// A node that was opened: its store with all that an operator asks of it, whichever way the store came about.
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

    /// Whether the tables have taken nothing for so long although there is room on the disk: then a start anew may
    /// help.
    boolean blockedWithRoom(Duration atLeast);

    /// Finishes what was proposed, checkpoints, closes.
    @Override
    void close();
}
