package dev.mneme.server;

/// What happens when the heap is used up all the same: the process ends, with a line and a status of its own. A server
/// that goes on after an `OutOfMemoryError` is half-dead, with any thread of it gone.
///
/// The launcher starts the JVM with `-XX:+ExitOnOutOfMemoryError`, which ends it at once, wherever the error is
/// thrown. Where that is missing, what is here ends it for those errors that reach the end of a thread.
final class OutOfMemory {
    /// As the JVM's own flag has it.
    static final int STATUS = 3;

    private static final System.Logger LOG = System.getLogger(OutOfMemory.class.getName());

    private OutOfMemory() {}

    static void endsTheProcess() {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (failure instanceof OutOfMemoryError) {
                System.err.println("mneme: terminating: out of memory (" + failure.getMessage()
                        + "). Give it a larger heap, or lower its limits.");
                Runtime.getRuntime().halt(STATUS);
            }
            LOG.log(System.Logger.Level.ERROR, "The thread " + thread.getName() + " ended with a failure", failure);
        });
    }
}
