package dev.mneme.core.spi;

import java.time.Duration;

/// What something runs on: one step at a time, in the order in which they were given. Whoever has one makes no thread
/// and no timer of its own, so that a test can run it step by step, in any order that this allows, in one thread.
///
/// **Threads**: any number may call.
public interface Execution extends AutoCloseable {
    /// Runs this soon: one after another, in the order of the calls, never within the call. Once closed, or when it
    /// cannot, nothing happens.
    void execute(Runnable step);

    /// Runs this as [#execute] would, not before the time has passed.
    void after(Duration delay, Runnable step);

    /// Nanoseconds that never go back, from any beginning: as [NodeRuntime#nanos].
    long nanos();

    /// Takes no step more, those of timers included; those that were given may still be done. Waits for nothing.
    @Override
    void close();

    /// Drops what waits, and interrupts what is running. For one that was closed.
    void interrupt();

    /// Waits until nothing is running, nor will be. For one that was closed.
    ///
    /// @return whether it is so, within the time
    boolean ended(Duration atMost) throws InterruptedException;

    /// As [#ended], for as long as it takes, whoever interrupts.
    default void awaitEnd() {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = ended(NodeRuntime.FOREVER);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
