package dev.mneme.core.spi;

/// How much of the disk a data folder takes.
public record StorageStatus(Files log, Files tables, Files index) {

    /// Files of one kind.
    ///
    /// @param bytes of all of them together
    public record Files(long count, long bytes) {}
}
