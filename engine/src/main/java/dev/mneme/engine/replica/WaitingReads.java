package dev.mneme.engine.replica;

import dev.mneme.core.model.MnemeException;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/// Linearizable reads that wait until a log index is applied. Owned by the shard's turns.
final class WaitingReads {
    private final PriorityQueue<Read> waiting = new PriorityQueue<>(Comparator.comparingLong(Read::index));

    /// @param reached completes once the index is applied
    record Read(long index, CompletableFuture<Long> reached) {
        Read(long index) {
            this(index, new CompletableFuture<>());
        }
    }

    void add(Read read) {
        waiting.add(read);
    }

    /// Everything up to an index is applied.
    void reached(long index) {
        for (Read next = waiting.peek(); next != null && next.index() <= index; next = waiting.peek()) {
            waiting.remove();
            next.reached().complete(index);
        }
    }

    void refuse(MnemeException why) {
        waiting.forEach(read -> read.reached().completeExceptionally(why));
        waiting.clear();
    }
}
