package dev.mneme.engine.state;

import java.time.Duration;

/// How long an owner's changes and idempotency records are kept: whichever bound is met first.
public record Retention(int maxChanges, Duration maxChangeAge, int maxIdempotencyKeys, Duration maxIdempotencyAge) {
    public static final Retention DEFAULTS = new Retention(100_000, Duration.ofDays(7), 10_000, Duration.ofHours(24));

    /// How many old records one new one may remove, so that no write pays for a long past.
    static final int MAX_REMOVED_AT_ONCE = 64;
}
