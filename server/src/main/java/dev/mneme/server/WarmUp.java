package dev.mneme.server;

import dev.mneme.api.http.HttpMetrics;
import dev.mneme.engine.index.IndexWarmUp;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Makes the first searches of a server fast, in the background, once its memories are in use: from the first search
/// on, or after some tens of other requests. It does not do so earlier, so that a server at rest stays small: code that
/// is not compiled yet leaves some 150 MB of garbage behind.
///
/// **Threads**: any number may call.
final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int IN_USE = 50;

    private final AtomicInteger requests = new AtomicInteger();
    private final Runnable warming;

    WarmUp() {
        this(() -> Thread.ofPlatform().name("warm-up").daemon().start(WarmUp::run));
    }

    /// @param warming called once, when the memories are in use
    WarmUp(Runnable warming) {
        this.warming = warming;
    }

    /// Passes everything on to `metrics`.
    HttpMetrics with(HttpMetrics metrics) {
        return (method, template, status, nanos) -> {
            metrics.request(method, template, status, nanos);
            if (isInUse(template)) {
                warming.run();
            }
        };
    }

    /// True once: when the memories are in use.
    private boolean isInUse(String template) {
        int weight = weight(template);
        if (weight == 0 || requests.get() >= IN_USE) {
            return false;
        }
        int before = requests.getAndUpdate(count -> Math.min(IN_USE, count + weight));
        return before < IN_USE && before + weight >= IN_USE;
    }

    /// Of a request by our own paths or by mem0's, with or without a slash at the end.
    private static int weight(String template) {
        if (template.endsWith("/search") || template.endsWith("/search/")) {
            return IN_USE;
        }
        return template.contains("/memories") ? 1 : 0;
    }

    private static void run() {
        long start = System.nanoTime();
        int searches = IndexWarmUp.run(LIMIT, System::nanoTime);
        long millis = (System.nanoTime() - start) / 1_000_000;
        LOG.log(System.Logger.Level.DEBUG, "warm-up: {0} searches in {1} ms", searches, millis);
    }
}
