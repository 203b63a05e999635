package dev.mneme.server;

import dev.mneme.engine.index.IndexWarmUp;
import java.time.Duration;

/// What a server does for its first searches once it listens: in the background, a little later than whoever waits
/// for it to be ready, and never for long.
final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final Duration AFTER = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private WarmUp() {}

    /// Returns at once.
    ///
    /// @return to be interrupted when the server stops: nothing begins after that
    static Thread start() {
        return Thread.ofPlatform().name("warm-up").daemon().start(WarmUp::run);
    }

    private static void run() {
        try {
            Thread.sleep(AFTER);
        } catch (InterruptedException stopping) {
            return;
        }
        long begun = System.nanoTime();
        int searches = IndexWarmUp.run(LIMIT);
        LOG.log(
                System.Logger.Level.DEBUG,
                "warm-up: {0} searches in {1} ms",
                searches,
                (System.nanoTime() - begun) / 1_000_000);
    }
}
