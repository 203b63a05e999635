package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;

/// The log of a node: agrees on batches of commands, shard by shard. Standalone it is this node's disk; under
/// consensus, a group of nodes.
///
/// **Promises**, each held by a test of `CommitLogContract`:
/// - *Durable*: a batch whose callback heard [Callback#committed] is there after a restart, whatever failed, even the
///   machine's power.
/// - *Dense*: the batches of one shard get the indexes 1, 2, 3 … without a gap, and their callbacks are called in that
///   order.
/// - *Honest*: a batch that was refused ([Callback#failed] with anything but `OUTCOME_UNKNOWN`) is never there after a
///   restart.
///
/// **Threads**: any number may propose; a shard's batches are in the order in which they were proposed. Callbacks run
/// on the log's thread and must not block; a refusal that needs no disk may come at once, on the caller's thread.
///
/// **Failures** come only through the callback: `STORAGE_FULL` (nothing was written; try again when there is room),
/// `LOG_FAILED` (an earlier fsync failed; only a restart helps), `OUTCOME_UNKNOWN` (the batch was written when the log
/// failed), `OVERLOADED` (the queue is full, or the log is closed), `TOO_LARGE`, `INVALID_REQUEST` (there is no such
/// shard), `INTEGRITY_VIOLATION` (the shard's durable entries are damaged, and no [#replay] has passed the damage).
public interface CommitLog extends AutoCloseable {
    /// Proposes `batch` as the next entry of `shard`. Never blocks. The array belongs to the log from then on.
    void propose(int shard, byte[] batch, Callback callback);

    /// The largest batch that [#propose] accepts, in bytes; a larger one fails as `TOO_LARGE`. Never changes.
    int maxBatchBytes();

    /// Shows the entries of a shard after `afterIndex`, in order. Called before the shard's first `propose`, for
    /// recovery.
    ///
    /// @throws MnemeException `INTEGRITY_VIOLATION` when a durable entry cannot be read, or when `afterIndex` is
    ///     beyond the last entry or before the oldest one kept: the message says which, and what to do
    void replay(int shard, long afterIndex, Replay replay);

    /// The index of the shard's last entry; 0 when there was none.
    long lastIndex(int shard);

    /// Says that everything up to `index` of `shard` is kept elsewhere, so that segments which no shard needs can be
    /// deleted.
    void checkpointed(int shard, long index);

    /// The shards that hold back segments beyond the limit, each with the index that its checkpoint must reach. They
    /// should be checkpointed at once.
    java.util.Map<Integer, Long> pinning();

    State state();

    /// Commits all proposals, then closes.
    @Override
    void close();

    enum State {
        OK,
        LOG_FAILED,
        STORAGE_FULL
    }

    interface Callback {
        void committed(long index, long term);

        void failed(MnemeException failure);
    }

    @FunctionalInterface
    interface Replay {
        void entry(long index, long term, byte[] batch);
    }
}
