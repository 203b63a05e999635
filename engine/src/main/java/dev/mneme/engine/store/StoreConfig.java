package dev.mneme.engine.store;

import dev.mneme.core.model.Retention;
import dev.mneme.core.queue.QueueLimit;
import java.time.Duration;

/// The limits of a local store. A config that exists is valid.
///
/// @param queue writes that may wait for one shard before `OVERLOADED`
/// @param queueOfKey how many of those may be of one key; 0 for half of them
/// @param checkpointInterval how often what was applied is made durable in the tables, so that a restart
///     replays little
/// @param minFreeBytes below so much room on the disk writes are refused as `STORAGE_FULL`, so that what is
///     committed can still be stored
/// @param indexBytes heap for the search indexes of owners in use
/// @param recentBytes heap for the recent changes of all shards together, which live readers read without the tables
/// @param expires whether what has expired is looked for and removed; else only `Expire` commands do so
public record StoreConfig(
        Retention retention,
        int queue,
        int queueOfKey,
        Duration checkpointInterval,
        long minFreeBytes,
        long indexBytes,
        long recentBytes,
        boolean expires) {
    private static final int RECENT_PART = 16;
    private static final long MOST_RECENT_OF_SHARD = 4L << 20;

    /// What recent changes take unless somebody says otherwise.
    public static final long RECENT_BYTES = recentBytes(Runtime.getRuntime().maxMemory());

    public static final StoreConfig DEFAULTS = new StoreConfig(
            Retention.DEFAULTS,
            10_000,
            Duration.ofSeconds(60),
            256L << 20,
            Runtime.getRuntime().maxMemory() / 2);

    public StoreConfig {
        if (queue < 1) {
            throw new IllegalArgumentException("store.queue must be at least 1, was " + queue);
        }
        if (queueOfKey < 0) {
            throw new IllegalArgumentException("store.queueOfKey must be at least 0, was " + queueOfKey);
        }
        if (checkpointInterval.isNegative() || checkpointInterval.isZero()) {
            throw new IllegalArgumentException("store.checkpointInterval must be above zero");
        }
    }

    /// What recent changes may take of a heap of this size.
    static long recentBytes(long heapBytes) {
        return heapBytes / RECENT_PART;
    }

    /// What those of one shard may take.
    public long recentBytesOfShard(int shards) {
        return Math.min(MOST_RECENT_OF_SHARD, recentBytes / shards);
    }

    public StoreConfig(
            Retention retention, int queue, Duration checkpointInterval, long minFreeBytes, long indexBytes) {
        this(retention, queue, checkpointInterval, minFreeBytes, indexBytes, true);
    }

    public StoreConfig(
            Retention retention,
            int queue,
            Duration checkpointInterval,
            long minFreeBytes,
            long indexBytes,
            boolean expires) {
        this(retention, queue, 0, checkpointInterval, minFreeBytes, indexBytes, RECENT_BYTES, expires);
    }

    public StoreConfig withQueueOfKey(int other) {
        return new StoreConfig(
                retention, queue, other, checkpointInterval, minFreeBytes, indexBytes, recentBytes, expires);
    }

    public QueueLimit queueLimit() {
        return QueueLimit.of(queue, queueOfKey);
    }

    public StoreConfig withExpires(boolean other) {
        return new StoreConfig(
                retention, queue, queueOfKey, checkpointInterval, minFreeBytes, indexBytes, recentBytes, other);
    }
}
