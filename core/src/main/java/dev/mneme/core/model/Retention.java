package dev.mneme.core.model;

import java.time.Duration;
import java.time.Instant;

/// How long an owner's changes and idempotency records, and a memory's versions, are kept. The bound that is reached
/// first counts.
///
/// @param maxVersions of a memory, the present one and a deletion included; 0 for all
/// @param maxVersionAge since a version was written; zero for ever. The present version of a memory always stays
/// @param maxContextVersions how many earlier versions of a context are kept
/// @param maxContextBytes how large a merge may make a context
public record Retention(
        int maxChanges,
        Duration maxChangeAge,
        int maxIdempotencyKeys,
        Duration maxIdempotencyAge,
        int maxVersions,
        Duration maxVersionAge,
        int maxContextVersions,
        int maxContextBytes) {
    public static final Retention DEFAULTS =
            new Retention(100_000, Duration.ofDays(7), 10_000, Duration.ofHours(24), 0, Duration.ZERO, 20, 1 << 20);

    public Retention {
        if (maxVersions < 0) {
            throw new IllegalArgumentException("store.historyVersions must be at least 0, was " + maxVersions);
        }
        if (maxVersionAge.isNegative()) {
            throw new IllegalArgumentException("store.historyAge must not be negative");
        }
    }

    public Retention withVersions(int versions, Duration age) {
        return new Retention(
                maxChanges,
                maxChangeAge,
                maxIdempotencyKeys,
                maxIdempotencyAge,
                versions,
                age,
                maxContextVersions,
                maxContextBytes);
    }

    /// Whether a version is too old at `now`.
    public boolean outlived(Instant versionAt, Instant now) {
        return !maxVersionAge.isZero() && !versionAt.isAfter(now.minus(maxVersionAge));
    }

    /// Whether a version is dropped because there are too many newer ones.
    public boolean outnumbered(long version, long newest) {
        return maxVersions > 0 && version <= newest - maxVersions;
    }

    public boolean limitsVersions() {
        return maxVersions > 0 || !maxVersionAge.isZero();
    }
}
