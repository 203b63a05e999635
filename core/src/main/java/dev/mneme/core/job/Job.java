package dev.mneme.core.job;

/// Work that goes on by itself, and that only one node may do for the same data, so that it belongs to the leader
/// there. Its progress is kept in the store, so that the next node that starts it goes on where it was.
///
/// **Threads**: [#start] and [#stop] must be called one after another, as [Jobs] does.
public interface Job {
    /// Its name in log lines.
    String name();

    /// Begins, or goes on after a [#stop].
    void start();

    /// Ends. Returns once nothing is under way, or when waiting any longer would delay the stop of the process.
    void stop();
}
