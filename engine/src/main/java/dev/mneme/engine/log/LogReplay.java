package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;

/// Reads what a shard's tables lack from the journal, a piece at a time, and tells when the two do not belong
/// together.
public final class LogReplay {
    private static final long PIECE_BYTES = 1 << 20;

    private LogReplay() {}

    /// Gives all entries after an index.
    ///
    /// @param after the index that the tables contain
    /// @throws MnemeException as [#piece]
    public static void all(Journal journal, ShardId shard, long after, Journal.Visitor visitor) {
        long[] last = {after};
        long before;
        do {
            before = last[0];
            piece(journal, shard, before, PIECE_BYTES, (index, term, entry) -> {
                visitor.entry(index, term, entry);
                last[0] = index;
            });
        } while (last[0] > before);
    }

    /// Gives the next entries after an index: none once there are no more. What lies before those that are
    /// held is then no longer missed, should it be damaged.
    ///
    /// @param after the index that the tables contain, with what was given before
    /// @throws MnemeException `INTEGRITY_VIOLATION` when an entry that was durable cannot be read, or `after`
    ///     is beyond the last entry, or before the oldest one kept: the message says which, and what to do
    public static void piece(Journal journal, ShardId shard, long after, long maxBytes, Journal.Visitor visitor) {
        long next;
        try {
            next = journal.read(shard, after + 1, maxBytes, visitor);
        } catch (MnemeException failed) {
            throw failed.code() == ErrorCode.POSITION_EXPIRED ? tablesAreOlder(shard, after, failed) : failed;
        }
        if (next > after + 1) {
            return;
        }
        if (after > journal.lastIndex(shard)) {
            throw logIsOlder(shard, after, journal.lastIndex(shard));
        }
        journal.releaseBefore(shard, journal.firstIndex(shard));
    }

    private static MnemeException tablesAreOlder(ShardId shard, long after, MnemeException cause) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "Shard " + shard + " needs its log from entry " + (after + 1) + ", and " + cause.getMessage()
                        + " The tables are older than the log, or log files are missing: put back what is missing, or"
                        + " restore the data folder.",
                cause);
    }

    private static MnemeException logIsOlder(ShardId shard, long after, long last) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "Shard " + shard + " has a checkpoint of entry " + after + ", but its log ends at entry " + last
                        + ": the log's folder is older than the tables. Put back the log that belongs to them, or"
                        + " restore the data folder.");
    }
}
