package dev.mneme.core.job;

/// Work that goes on by itself and that one node alone may do for the same data, so that it belongs to whoever is
/// primary there. What is under way is in the store: whoever starts the job next goes on with it.
///
/// **Threads**: [#start] and [#stop] come one after another; who calls them must keep to that, as [Jobs] does.
public interface Job {
    /// As it is called in the log.
    String name();

    /// Whose work it is.
    Place place();

    /// Begins, or goes on after a [#stop].
    ///
    /// @param duty before each effect the job asks whether it lasts, and stops when it does not
    void start(Duty duty);

    /// Ends. Returns once nothing is under way, or when waiting longer would hold up the stop of the process.
    void stop();

    /// Where the data is of which only the primary may do the work.
    enum Place {
        /// In the system's shard.
        SYSTEM,
        /// With the owners: each shard's primary does it for its own.
        OWNERS
    }
}
