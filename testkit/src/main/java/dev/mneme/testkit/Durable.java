package dev.mneme.testkit;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// One request to a journal and what became of it: the callback of a test that wants to wait.
public final class Durable implements Journal.Callback {
    private final CompletableFuture<Long> index = new CompletableFuture<>();

    /// Makes a request and does not wait.
    public static Durable of(Consumer<Journal.Callback> request) {
        Durable durable = new Durable();
        request.accept(durable);
        return durable;
    }

    /// Appends at the next index, and does not wait.
    public static Durable append(Journal journal, ShardId shard, long term, byte[] entry) {
        return of(callback -> journal.append(shard, Journal.NEXT, term, entry, callback));
    }

    @Override
    public void durable(long last) {
        if (!index.complete(last)) {
            throw new IllegalStateException("A callback was called twice, then with index " + last + ".");
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

    /// Waits for the failure; throws when it became durable.
    public ErrorCode failure() {
        try {
            throw new AssertionError("It is durable, at index " + index.join() + ".");
        } catch (CompletionException failed) {
            return failed.getCause() instanceof MnemeException failure ? failure.code() : ErrorCode.INTERNAL;
        }
    }
}
