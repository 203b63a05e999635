package dev.mneme.client;

import java.util.random.RandomGenerator;

/// Waiting times before further attempts: 1 s, doubling, at most 30 s. Up to a half of each is left out at random, so
/// that many clients do not come back at the same moment. One thread.
public final class Backoff {
    private static final long FIRST_MILLIS = 1_000;
    private static final long MOST_MILLIS = 30_000;

    private final RandomGenerator random;
    private long ceiling = FIRST_MILLIS;

    public Backoff(RandomGenerator random) {
        this.random = random;
    }

    /// The next wait, in milliseconds.
    public long next() {
        long wait = ceiling / 2 + random.nextLong(ceiling / 2 + 1);
        ceiling = Math.min(MOST_MILLIS, ceiling * 2);
        return wait;
    }

    /// Begins anew, once the server is well again.
    public void reset() {
        ceiling = FIRST_MILLIS;
    }
}
