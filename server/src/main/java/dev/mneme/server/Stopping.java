package dev.mneme.server;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// Stops the running server when the process is told to stop, and ends the process if the server does not stop in time.
/// Nothing is lost by that, since everything acknowledged is in the log.
final class Stopping<S> {
    private static final Duration WITHIN = Duration.ofMillis(9_500);
    private static final int STATUS = 143; // as the signal has it

    private final Consumer<S> stop;
    private S server; // guarded by this
    private boolean stopping; // guarded by this

    private Stopping(S server, Consumer<S> stop) {
        this.server = server;
        this.stop = stop;
    }

    static <S> Stopping<S> onShutdown(S server, Consumer<S> stop) {
        Stopping<S> stopping = new Stopping<>(server, stop);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(stopping::stop));
        return stopping;
    }

    private void stop() {
        Thread.ofPlatform().name("stop-in-time").daemon().start(Stopping::endInTime);
        stop.accept(running());
    }

    private synchronized S running() {
        stopping = true;
        return server;
    }

    private static void endInTime() {
        try {
            Thread.sleep(WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // not logged: the JDK takes the log's handlers away as soon as the process is told to stop
        System.err.println("mneme: the server did not stop in time and is ended. Nothing that was acknowledged is lost:"
                + " the next start replays the log.");
        Runtime.getRuntime().halt(STATUS);
    }

    /// Replaces the running server by another, unless the process is stopping.
    synchronized S replace(UnaryOperator<S> next) {
        if (!stopping) {
            server = next.apply(server);
        }
        return server;
    }
}
