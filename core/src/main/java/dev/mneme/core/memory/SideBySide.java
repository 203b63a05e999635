package dev.mneme.core.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Does the parts of one request side by side. Whichever thread is free takes the next part; the caller's own thread is
/// one of them.
final class SideBySide {
    private SideBySide() {}

    /// The results of `each` for every part, in the order of the parts; returns once all are done. After an
    /// interrupt `each` is still called for the rest, and decides itself what to do.
    ///
    /// @param width the most parts at a time; with 1, or with one part alone, everything is done on the caller's
    ///     thread
    /// @param each is called by several threads at once; an exception of it ends the request
    static <T, R> List<R> map(int width, List<T> parts, Function<T, R> each) {
        AtomicInteger next = new AtomicInteger();
        Object[] results = new Object[parts.size()];
        Runnable lane = () -> {
            for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
                results[i] = each.apply(parts.get(i));
            }
        };
        List<Future<?>> others = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i < Math.min(width, results.length); i++) {
                others.add(threads.submit(lane));
            }
            lane.run();
        }
        others.forEach(SideBySide::requireDone);
        return inOrder(results);
    }

    private static void requireDone(Future<?> lane) {
        if (lane.state() == Future.State.FAILED) {
            throw new IllegalStateException("a part of the request failed", lane.exceptionNow());
        }
    }

    @SuppressWarnings("unchecked") // `map` puts nothing else there
    private static <R> List<R> inOrder(Object[] results) {
        return (List<R>) Arrays.asList(results);
    }
}
