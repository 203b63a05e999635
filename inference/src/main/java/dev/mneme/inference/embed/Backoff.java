package dev.mneme.inference.embed;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// The pause before a request is sent again: twice as long each time, from 200 ms to 5 s. A random part, up to a half,
/// is left out, so that callers who failed together do not return together.
final class Backoff {
    private static final long FIRST_MILLIS = 200;
    private static final long MAX_MILLIS = 5_000;

    private Backoff() {}

    /// @param tries how often the request was sent so far, at least 1
    /// @param askedMillis how long the service asked to wait; 0 if it did not
    static Duration after(int tries, long askedMillis, RandomGenerator random) {
        long ceiling = Math.min(MAX_MILLIS, FIRST_MILLIS << Math.min(tries - 1, 10));
        long wait = ceiling / 2 + random.nextLong(ceiling / 2 + 1);
        return Duration.ofMillis(Math.min(MAX_MILLIS, Math.max(wait, askedMillis)));
    }
}
