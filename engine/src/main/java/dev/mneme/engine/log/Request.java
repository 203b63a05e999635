package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import java.util.concurrent.CompletableFuture;

/// What waits for the log's thread.
sealed interface Request {
    int NO_SHARD = -1;

    /// Room that it takes in a disk batch, in bytes.
    int bytes();

    /// Whose it is; [#NO_SHARD] of the log's own.
    int shard();

    /// Answers it with a failure.
    void refuse(MnemeException failure);

    /// Becomes a record.
    sealed interface Recorded extends Request {
        CommitLog.Callback callback();

        @Override
        default void refuse(MnemeException failure) {
            Callbacks.failed(callback(), failure);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared; the array belongs to the log
    record Entry(int shard, byte[] payload, CommitLog.Callback callback) implements Recorded {
        @Override
        public int bytes() {
            return LogRecord.LENGTH + payload.length;
        }
    }

    record CutBack(int shard, long index, long term, CommitLog.Callback callback) implements Recorded {
        @Override
        public int bytes() {
            return LogRecord.LENGTH;
        }
    }

    /// Begins a new segment; `done` gets its sequence number.
    record Roll(CompletableFuture<Long> done) implements Request {
        @Override
        public int shard() {
            return NO_SHARD;
        }

        @Override
        public int bytes() {
            return 0;
        }

        @Override
        public void refuse(MnemeException failure) {
            done.completeExceptionally(failure);
        }
    }
}
