package dev.mneme.engine.state;

import java.time.Duration;

/// How long an owner's changes and idempotency records are kept: whichever bound is met first.
///
/// @param maxContextVersions how many earlier versions of a context are kept
/// @param maxContextBytes how large a merge may make a context
public record Retention(
        int maxChanges,
        Duration maxChangeAge,
        int maxIdempotencyKeys,
        Duration maxIdempotencyAge,
        int maxContextVersions,
        int maxContextBytes) {
    public static final Retention DEFAULTS =
            new Retention(100_000, Duration.ofDays(7), 10_000, Duration.ofHours(24), 20, 1 << 20);

    /// How many old records one new one may remove, so that no write pays for a long past.
    static final int MAX_REMOVED_AT_ONCE = 64;
}
