package dev.mneme.engine.read;

import dev.mneme.engine.table.Rows;

/// A place in one shard's part of the operator's feed: after the change at this ordinal of this log entry.
///
/// @param trims how many changes retention had removed when the place was given
public record FeedPlace(long logIndex, int ordinal, long trims) {
    private static final int BEFORE_ALL = -1;
    private static final int AFTER_ALL = Integer.MAX_VALUE - 1;

    static FeedPlace oldest(Rows.Shard shard) {
        return new FeedPlace(0, BEFORE_ALL, shard.trims());
    }

    /// After everything of a log entry.
    static FeedPlace after(long logIndex, Rows.Shard shard) {
        return new FeedPlace(logIndex, AFTER_ALL, shard.trims());
    }

    /// Whether nothing that lies ahead of this place has been removed since it was given.
    boolean served(Rows.Shard shard) {
        return trims == shard.trims()
                || logIndex > shard.trimmedIndex()
                || (logIndex == shard.trimmedIndex() && ordinal >= shard.trimmedOrdinal());
    }

    /// The same place, as if what was removed until now had never been.
    FeedPlace forgiven(long trimsNow) {
        return new FeedPlace(logIndex, ordinal, trimsNow);
    }
}
