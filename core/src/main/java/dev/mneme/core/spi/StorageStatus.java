package dev.mneme.core.spi;

/// What a data folder takes on the disk.
public record StorageStatus(Files log, Files tables, Files index) {

    /// Files of one kind.
    ///
    /// @param bytes of all of them together
    public record Files(long count, long bytes) {}
}
