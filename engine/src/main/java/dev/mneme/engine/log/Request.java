package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import java.util.concurrent.CompletableFuture;

/// What waits for the log's thread.
sealed interface Request {
    /// The shard of what is the log's own.
    int NO_SHARD = Integer.MIN_VALUE;

    /// Room that it takes in a disk batch, in bytes.
    int bytes();

    /// Whose it is; [#NO_SHARD] of the log's own.
    int shard();

    /// Whether it changes what a shard is, so that nothing else of that shard may share its batch.
    boolean reshapes();

    /// Answers it with a failure.
    void refuse(MnemeException failure);

    /// Becomes a record.
    sealed interface Recorded extends Request {
        Journal.Callback callback();

        @Override
        default void refuse(MnemeException failure) {
            Callbacks.failed(callback(), failure);
        }
    }

    /// Something that adds to a shard.
    sealed interface Addition extends Recorded {
        @Override
        default boolean reshapes() {
            return false;
        }
    }

    /// Something that changes what a shard is.
    sealed interface Reshaping extends Recorded {
        @Override
        default boolean reshapes() {
            return true;
        }

        @Override
        default int bytes() {
            return LogRecord.LENGTH + Long.BYTES; // at most
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared; the array belongs to the log
    record Entry(int shard, long index, long term, byte[] payload, Journal.Callback callback) implements Addition {
        @Override
        public int bytes() {
            return LogRecord.LENGTH + payload.length;
        }
    }

    record Vote(int shard, Journal.Vote vote, Journal.Callback callback) implements Addition {
        @Override
        public int bytes() {
            return LogRecord.LENGTH + 3 * vote.votedFor().length(); // at most: UTF-8
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // as above
    record Members(int shard, byte[] members, Journal.Callback callback) implements Addition {
        @Override
        public int bytes() {
            return LogRecord.LENGTH + members.length;
        }
    }

    record Open(int shard, Journal.Callback callback) implements Reshaping {}

    record Drop(int shard, Journal.Callback callback) implements Reshaping {}

    record Truncate(int shard, long index, Journal.Callback callback) implements Reshaping {}

    record Reset(int shard, long index, long term, Journal.Callback callback) implements Reshaping {}

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
        public boolean reshapes() {
            return true;
        }

        @Override
        public void refuse(MnemeException failure) {
            done.completeExceptionally(failure);
        }
    }
}
