package dev.mneme.core.job;

/// Work that goes on by itself, and that only one node may do for the same data, so that it belongs to whoever is
/// primary there. Its progress is kept in the store, so that the next node that starts it goes on where it was.
///
/// **Threads**: [#start] and [#stop] must be called one after another, as [Jobs] does.
public interface Job {
    /// Its name in log lines.
    String name();

    /// Whose work it is.
    Place place();

    /// Begins, or goes on after a [#stop].
    ///
    /// @param duty before each effect the job asks whether it lasts, and stops when it does not
    void start(Duty duty);

    /// Ends. Returns once nothing is under way, or when waiting any longer would delay the stop of the process.
    void stop();

    /// Where the data is of which only the primary may do the work.
    enum Place {
        /// In the system's shard.
        SYSTEM,
        /// With the owners: each shard's primary does it for its own.
        OWNERS
    }
}
