package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;

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

    static MnemeException unknownShard(int shard, int shards) {
        return MnemeException.invalid(
                "shard", "There is no shard " + shard + ": shards are 0 to " + (shards - 1) + ".");
    }

    static MnemeException badCutBack(long last, long term) {
        return MnemeException.invalid(
                "index",
                "The shard is at index " + last + " and term " + term + ": it can be cut back to an index from 1 to "
                        + (last + 1) + ", at this term or a later one.");
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
