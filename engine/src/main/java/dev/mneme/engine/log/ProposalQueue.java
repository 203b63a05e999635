package dev.mneme.engine.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits for the next disk batch, in the order in which it came; bounded by entries and bytes. A shard of which
/// nothing waits is never refused: it is the others who fill the queue. Any number offer, one takes. All state is
/// guarded by `lock`.
///
/// What reshapes shards ([Request#reshapes]) shares a batch with nothing but the like, of other shards.
final class ProposalQueue {
    private static final int MOST_RESHAPED = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Request> waiting = new ArrayDeque<>();
    private final Map<Integer, Integer> byShard = new HashMap<>();
    private final int maxEntries;
    private final long maxBytes;
    private long bytes;
    private boolean closed;

    ProposalQueue(int maxEntries, long maxBytes) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
    }

    enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    Offer offer(Request request) {
        lock.lock();
        try {
            if (closed) {
                return Offer.CLOSED;
            }
            boolean full = waiting.size() >= maxEntries || bytes + request.bytes() > maxBytes;
            if (full && byShard.containsKey(request.shard())) {
                return Offer.FULL;
            }
            waiting.addLast(request);
            byShard.merge(request.shard(), 1, Integer::sum);
            bytes += request.bytes();
            arrived.signal();
            return Offer.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    /// Takes the oldest that fit into `limit` bytes together, at least one. Waits for the first, `waitNanos` at
    /// most.
    ///
    /// @return empty when nothing came in time; null when the queue is closed and empty
    @Nullable
    List<Request> take(int limit, long waitNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = waitNanos;
            while (waiting.isEmpty() && !closed && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return waiting.isEmpty() && closed ? null : gather(limit);
        } finally {
            lock.unlock();
        }
    }

    private List<Request> gather(int limit) {
        List<Request> taken = new ArrayList<>(waiting.size());
        long size = 0;
        for (Request next = waiting.peekFirst(); next != null; next = waiting.peekFirst()) {
            if (!taken.isEmpty() && (size + next.bytes() > limit || !mayShare(taken, next))) {
                break;
            }
            taken.add(waiting.removeFirst());
            if (byShard.merge(next.shard(), -1, Integer::sum) == 0) {
                byShard.remove(next.shard());
            }
            size += next.bytes();
        }
        bytes -= size;
        return taken;
    }

    private static boolean mayShare(List<Request> taken, Request next) {
        boolean reshaping = taken.getFirst().reshapes();
        if (!reshaping && !next.reshapes()) {
            return true;
        }
        boolean alone = next instanceof Request.Roll || taken.getFirst() instanceof Request.Roll;
        return reshaping
                && next.reshapes()
                && !alone
                && taken.size() < MOST_RESHAPED
                && taken.stream().noneMatch(each -> each.shard() == next.shard());
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /// Accepts nothing more; what waits can still be taken.
    void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
