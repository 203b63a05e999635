package dev.mneme.core.queue;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/// Lets a limited number of callers through at a time, in fair turns, each on its own thread.
///
/// **Threads**: any number may call; virtual threads wait without holding a carrier.
///
/// **Failures**: `overloaded` for a tenant that has too many callers waiting already.
public final class FairGate {
    private final ReentrantLock lock = new ReentrantLock();
    private final FairQueue<Waiter> queue = new FairQueue<>();
    private final Places places;
    private final String refusal;
    private final int permits;
    private int free;

    /// One caller at the gate. Guarded by the lock.
    private static final class Waiter {
        final CountDownLatch letIn = new CountDownLatch(1);
        boolean alone;
        boolean left;
    }

    /// A caller that is inside. Closing it leaves.
    public final class Turn implements AutoCloseable {
        private final Tenant tenant;
        private final boolean alone;

        private Turn(Tenant tenant, boolean alone) {
            this.tenant = tenant;
            this.alone = alone;
        }

        /// Whether nobody else was inside when this caller was let in. It is true of at most one of the callers that
        /// are inside.
        public boolean alone() {
            return alone;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                places.giveBack(tenant);
                free++;
                letIn();
            } finally {
                lock.unlock();
            }
        }
    }

    /// @param permits how many may be inside at a time
    /// @param limit how many may wait
    /// @param refusal the message for a caller that is refused
    public FairGate(int permits, QueueLimit limit, String refusal) {
        this.permits = permits;
        this.free = permits;
        this.places = new Places(limit, permits);
        this.refusal = refusal;
    }

    /// Waits for a turn.
    ///
    /// @throws MnemeException `overloaded` when the tenant has too many waiting
    /// @throws InterruptedException when interrupted while waiting
    public Turn enter(Tenant tenant) throws InterruptedException {
        return await(tenant, admit(tenant, false));
    }

    /// As above, however many wait. For work that is counted elsewhere.
    public Turn enterUncounted(Tenant tenant) throws InterruptedException {
        return await(tenant, admit(tenant, true));
    }

    private Waiter admit(Tenant tenant, boolean beyondLimit) {
        lock.lock();
        try {
            if (beyondLimit) {
                places.takeBeyondLimit(tenant);
            } else if (!places.take(tenant)) {
                throw new MnemeException(ErrorCode.OVERLOADED, refusal);
            }
            Waiter waiter = new Waiter();
            queue.add(tenant, 1, waiter);
            letIn();
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    private Turn await(Tenant tenant, Waiter waiter) throws InterruptedException {
        try {
            waiter.letIn.await();
            return new Turn(tenant, waiter.alone);
        } catch (InterruptedException e) {
            leave(tenant, waiter);
            throw e;
        }
    }

    private void leave(Tenant tenant, Waiter waiter) {
        lock.lock();
        try {
            places.giveBack(tenant);
            if (waiter.letIn.getCount() == 0) {
                free++; // was let in at that very moment
                letIn();
            } else {
                waiter.left = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Lets in whoever is next; call it with the lock held.
    private void letIn() {
        while (free > 0) {
            Waiter next = queue.poll();
            if (next == null) {
                return;
            }
            if (!next.left) {
                next.alone = free == permits;
                free--;
                next.letIn.countDown();
            }
        }
    }

    /// How many are inside or wait.
    public int taken() {
        lock.lock();
        try {
            return places.taken();
        } finally {
            lock.unlock();
        }
    }
}
