package dev.mneme.engine.log;

/// Hears what the log did. Called on the log's thread: must not block and must not throw.
@FunctionalInterface
public interface LogMetrics {
    LogMetrics NONE = (entries, bytes, fsyncNanos) -> {};

    /// One disk batch is durable.
    ///
    /// @param entries records in it
    /// @param bytes what was written, headers and padding included
    /// @param fsyncNanos how long the fsync took
    void batchCommitted(int entries, long bytes, long fsyncNanos);
}
