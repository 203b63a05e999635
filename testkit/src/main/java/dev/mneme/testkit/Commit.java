package dev.mneme.testkit;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// One proposal and what became of it: the callback of a test that wants to wait.
public final class Commit implements CommitLog.Callback {
    private final CompletableFuture<Long> index = new CompletableFuture<>();

    /// Proposes and does not wait.
    public static Commit propose(CommitLog log, int shard, byte[] batch) {
        Commit commit = new Commit();
        log.propose(shard, batch, commit);
        return commit;
    }

    @Override
    public void committed(long committedIndex, long term) {
        if (!index.complete(committedIndex)) {
            throw new IllegalStateException("A callback was called twice, then with index " + committedIndex + ".");
        }
    }

    @Override
    public void failed(MnemeException failure) {
        if (!index.completeExceptionally(failure)) {
            throw new IllegalStateException("A callback was called twice.", failure);
        }
    }

    public boolean isDone() {
        return index.isDone();
    }

    /// Waits for the index; throws what it failed with.
    public long index() {
        try {
            return index.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof MnemeException failure ? failure : failed;
        }
    }

    /// Waits for the failure; throws when it was committed.
    public ErrorCode failure() {
        try {
            throw new AssertionError("It was committed at index " + index.join() + ".");
        } catch (CompletionException failed) {
            return failed.getCause() instanceof MnemeException failure ? failure.code() : ErrorCode.INTERNAL;
        }
    }
}
