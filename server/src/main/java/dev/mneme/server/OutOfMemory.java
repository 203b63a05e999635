package dev.mneme.server;

/// Ends the process when the heap is used up, with a log line and an exit status of its own. A server that goes on
/// after an `OutOfMemoryError` is half-dead, since any of its threads may be gone.
///
/// The launcher starts the JVM with `-XX:+ExitOnOutOfMemoryError`, which ends it at once wherever the error is thrown.
/// Where that option is missing, this class ends it for errors that reach the end of a thread.
final class OutOfMemory {
    /// The same status as that of the JVM's own flag.
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
