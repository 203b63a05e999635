package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;

/// What the log says when it does not commit a proposal.
final class Refusals {
    private Refusals() {}

    static MnemeException logFailed() {
        return new MnemeException(
                ErrorCode.LOG_FAILED,
                "A write to the log's disk failed: nothing can be written until the server is restarted. Check the disk first.");
    }

    static MnemeException outcomeUnknown() {
        return new MnemeException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The log's disk failed while this was being written: after a restart it may or may not be there."
                        + " Send it again with the same idempotency key.");
    }

    static MnemeException storageFull() {
        return new MnemeException(
                ErrorCode.STORAGE_FULL,
                "The log's disk is full and nothing was written: free some room, and it goes on by itself.");
    }

    static MnemeException overloaded() {
        return new MnemeException(
                ErrorCode.OVERLOADED,
                "Too much waits to be written, and nothing was written of this: try again later.");
    }

    static MnemeException closed() {
        return new MnemeException(
                ErrorCode.OVERLOADED, "The log is closed and nothing was written: try again when the server is back.");
    }

    static MnemeException tooLarge(int bytes, int limit) {
        return new MnemeException(
                ErrorCode.TOO_LARGE,
                "The write is " + bytes + " bytes and the limit is " + limit + ": send fewer items at once.");
    }

    static MnemeException unknownShard(int shard) {
        return MnemeException.invalid("shard", "The log has no shard " + new ShardId(shard) + ": open it first.");
    }

    static MnemeException notAfter(long index, long term, long last, long lastTerm) {
        return MnemeException.invalid(
                index <= last ? "index" : "term",
                "The shard's last entry has index " + last + " and term " + lastTerm + ": an entry of index " + index
                        + " and term " + term + " cannot follow it. Truncate the shard first, or send a later one.");
    }

    static MnemeException badTruncation(long first, long last) {
        return MnemeException.invalid(
                "index",
                "The shard holds entries " + first + " to " + last + ": it can be truncated from " + first + " to "
                        + (last + 1) + ".");
    }

    static MnemeException badReset(long index, long term) {
        return MnemeException.invalid(
                index < 0 ? "index" : "term",
                "A shard begins after index 0 or a later one, at term 0 or a later one; these were " + index + " and "
                        + term + ".");
    }

    static MnemeException voteGoesBack(Journal.Vote vote) {
        return MnemeException.invalid(
                "term",
                "The shard is in term " + vote.term()
                        + (vote.votedFor().isEmpty() ? "" : " and voted for " + vote.votedFor() + " in it")
                        + ": a vote goes neither to an earlier term nor to another candidate within a term.");
    }

    static MnemeException badVote(long term, int bytes, int limit) {
        return MnemeException.invalid(
                term < 0 ? "term" : "votedFor",
                "A vote is in term 0 or a later one and for a name of at most " + limit + " bytes; these were " + term
                        + " and " + bytes + " bytes.");
    }

    static MnemeException headerFull(long limit) {
        return new MnemeException(
                ErrorCode.TOO_LARGE,
                "What each segment says of its shards, votes and members included, may take " + limit
                        + " bytes, and this would be more: drop shards, or set a larger log.segmentBytes.");
    }

    static MnemeException released(ShardId shard, long from, long first) {
        return new MnemeException(
                ErrorCode.POSITION_EXPIRED,
                "Entry " + from + " of shard " + shard + " was released: its log begins at entry " + first
                        + " now. What is older has to come from the shard's tables.");
    }

    static MnemeException violation(RecoveryReport.Damage damage) {
        return new MnemeException(ErrorCode.INTEGRITY_VIOLATION, damage.message());
    }

    static MnemeException forged(String file, long offset) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The log was changed from outside: the batch in file " + file + " at offset " + offset
                        + " has a good checksum and a wrong MAC. Nothing of it was applied. Keep a copy of the folder, and"
                        + " put this file back from a backup, or restore the data folder.");
    }
}
