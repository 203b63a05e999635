package dev.mneme.core.model;

import java.util.UUID;
import java.util.random.RandomGenerator;

/// A UUID of random bits (version 4), from a given source of them.
public final class RandomId {
    private static final long VERSION = 0x4000L;
    private static final long VERSION_BITS = 0xF000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private RandomId() {}

    public static UUID of(RandomGenerator random) {
        long high = (random.nextLong() & ~VERSION_BITS) | VERSION;
        long low = (random.nextLong() >>> 2) | VARIANT;
        return new UUID(high, low);
    }
}
