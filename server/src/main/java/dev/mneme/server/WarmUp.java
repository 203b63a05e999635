package dev.mneme.server;

import dev.mneme.api.http.HttpMetrics;
import dev.mneme.engine.index.IndexWarmUp;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Makes the first searches of a server fast, in the background, once its memories are in use: from the
/// first search on, or after some tens of other requests. Not sooner, so that a server at rest stays
/// small: code that is not compiled yet leaves some 150 MB of garbage behind.
///
/// **Threads**: any number may call.
final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final String MEMORIES = "/api/v1/memories";

    private static final String SEARCH = MEMORIES + "/search";
    private static final int IN_USE = 50;

    private final AtomicInteger requests = new AtomicInteger();

    /// Counts what `metrics` counts.
    HttpMetrics with(HttpMetrics metrics) {
        return (method, template, status, nanos) -> {
            metrics.request(method, template, status, nanos);
            if (isInUse(template)) {
                Thread.ofPlatform().name("warm-up").daemon().start(WarmUp::run);
            }
        };
    }

    /// True once.
    private boolean isInUse(String template) {
        if (requests.get() >= IN_USE || !template.startsWith(MEMORIES)) {
            return false;
        }
        int weight = template.equals(SEARCH) ? IN_USE : 1;
        int before = requests.getAndUpdate(count -> Math.min(IN_USE, count + weight));
        return before < IN_USE && before + weight >= IN_USE;
    }

    private static void run() {
        long start = System.nanoTime();
        int searches = IndexWarmUp.run(LIMIT, System::nanoTime);
        long millis = (System.nanoTime() - start) / 1_000_000;
        LOG.log(System.Logger.Level.DEBUG, "warm-up: {0} searches in {1} ms", searches, millis);
    }
}
