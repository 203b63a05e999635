package dev.mneme.core.job;

/// Work that goes on by itself and that one node alone may do for the same data, so that it belongs to whoever leads
/// there. What is under way is in the store: whoever starts the job next goes on with it.
///
/// **Threads**: [#start] and [#stop] come one after another; who calls them must keep to that, as [Jobs] does.
public interface Job {
    /// As it is called in the log.
    String name();

    /// Begins, or goes on after a [#stop].
    void start();

    /// Ends. Returns once nothing is under way, or when waiting longer would hold up the stop of the process.
    void stop();
}
