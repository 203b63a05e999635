package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import java.time.Duration;

/// The limits of a log. A config that exists is valid.
///
/// @param segmentBytes size of a segment file, reserved before it is used; 4 KiB to 1 GiB. It must hold the
///     largest entry (checked when the log is opened, since the number of shards counts in it)
/// @param maxBatchBytes payload that one disk batch gathers at most; a single larger entry is a batch of its
///     own
/// @param maxEntryBytes the largest entry; beyond it a proposal fails as `TOO_LARGE`
/// @param maxQueuedEntries proposals that wait for the next disk batch; beyond it they fail as `OVERLOADED`
/// @param maxQueuedBytes payload that waits for the next disk batch; beyond it proposals fail as `OVERLOADED`
/// @param maxSegments segments beyond which [WriteAheadLog#pinning] names the shards that hold the oldest back
/// @param allocationRetry how long a full disk is left alone before the next try to reserve a segment
public record LogConfig(
        int segmentBytes,
        int maxBatchBytes,
        int maxEntryBytes,
        int maxQueuedEntries,
        long maxQueuedBytes,
        int maxSegments,
        Duration allocationRetry) {
    /// 64 MiB segments, 4 MiB batches, 16 MiB entries, 10,000 proposals or 64 MiB queued, 16 segments, one
    /// second.
    public static final LogConfig DEFAULTS =
            new LogConfig(64 << 20, 4 << 20, 16 << 20, 10_000, 64 << 20, 16, Duration.ofSeconds(1));

    public LogConfig {
        check(segmentBytes >= 4096 && segmentBytes <= 1 << 30, "log.segmentBytes", "4096 to 1073741824", segmentBytes);
        check(
                maxBatchBytes >= 1 && maxBatchBytes <= segmentBytes,
                "log.maxBatchBytes",
                "1 to segmentBytes",
                maxBatchBytes);
        check(
                maxEntryBytes >= 1 && maxEntryBytes <= segmentBytes,
                "log.maxEntryBytes",
                "1 to segmentBytes",
                maxEntryBytes);
        check(maxQueuedEntries >= 1, "log.maxQueuedEntries", "at least 1", maxQueuedEntries);
        check(maxQueuedBytes >= maxEntryBytes, "log.maxQueuedBytes", "at least maxEntryBytes", maxQueuedBytes);
        check(maxSegments >= 2, "log.maxSegments", "at least 2", maxSegments);
        check(!allocationRetry.isNegative(), "log.allocationRetry", "not negative", allocationRetry);
    }

    private static void check(boolean holds, String key, String range, Object was) {
        if (!holds) {
            throw MnemeException.invalid(key, key + " must be " + range + ", was " + was + ".");
        }
    }
}
