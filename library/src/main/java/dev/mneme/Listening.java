package dev.mneme;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Reads an owner's changes and tells a listener, on one virtual thread. It holds a position and no queue, so a slow
/// listener delays only itself.
final class Listening implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Listening.class.getName());
    private static final int PAGE = 256;

    private final Store store;
    private final Owner owner;
    private final Consumer<Change> listener;
    private final Semaphore advanced = new Semaphore(0);
    private final Store.Subscription subscription;
    private final Thread thread;
    private volatile boolean closed;

    Listening(Store store, Owner owner, Consumer<Change> listener) {
        this.store = store;
        this.owner = owner;
        this.listener = listener;
        this.subscription = store.subscribe(owner, advanced::release);
        long from = store.head(owner).sequence();
        this.thread = Thread.ofVirtual().name("mneme-changes").start(() -> run(from));
    }

    private void run(long from) {
        try {
            long after = from;
            while (!closed) {
                after = tell(after);
                advanced.acquire();
                advanced.drainPermits();
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "A subscription was closed");
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "A subscription has ended: " + e.getMessage(), e);
        }
    }

    /// Tells all changes after a sequence, and returns the last one.
    private long tell(long from) {
        long after = from;
        while (!closed) {
            Store.ChangeBatch batch = store.changes(owner, after, PAGE);
            for (Change change : batch.changes()) {
                if (closed) {
                    return after;
                }
                listener.accept(change);
                after = change.position().sequence();
            }
            if (batch.reset()) {
                after = batch.position().sequence();
            }
            if (batch.changes().isEmpty()) {
                return after;
            }
        }
        return after;
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
        thread.interrupt();
        advanced.release();
        if (!Thread.currentThread().equals(thread)) {
            join();
        }
    }

    private void join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
