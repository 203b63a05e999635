package dev.mneme.api.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Frees threads that wait for a slow client, that is, one that does not read what is written to it, or that sends its
/// request drop by drop. A read or write that takes longer than the limit is interrupted; interrupting a virtual thread
/// in a socket's read or write closes that socket. A platform thread is not stopped by this, so where one may write,
/// the guard is told how to cut the connection.
///
/// One thread looks several times in a limit, so that a client is given up after at most 1.25 limits.
final class SlowPeerWatch implements AutoCloseable {
    private final long limitNanos;
    private final Set<Guard> waiting = ConcurrentHashMap.newKeySet();
    private final Thread watcher;

    SlowPeerWatch(Duration limit) {
        this.limitNanos = limit.toNanos();
        this.watcher = Thread.ofVirtual().name("slow-peers").start(this::watch);
    }

    /// One read or write of the thread that made the guard; closing the guard ends it.
    final class Guard implements AutoCloseable {
        private final Thread owner = Thread.currentThread();
        private final long begun;
        private final @Nullable Runnable cut;
        private boolean over; // guarded by this: a late interrupt must not meet the thread's next work

        private Guard(long begun, @Nullable Runnable cut) {
            this.begun = begun;
            this.cut = cut;
        }

        @Override
        public void close() {
            waiting.remove(this);
            synchronized (this) {
                over = true;
            }
        }

        /// @return whether it was late: then it is no longer watched
        private synchronized boolean interruptIfLate(long now) {
            boolean late = now - begun > limitNanos;
            if (late && !over) {
                over = true;
                owner.interrupt();
                if (cut != null) {
                    cut.run();
                }
            }
            return late;
        }
    }

    Guard guard() {
        return guard(System.nanoTime(), null);
    }

    /// @param cut ends the connection, from another thread than the one that makes the guard
    Guard guard(Runnable cut) {
        return guard(System.nanoTime(), cut);
    }

    /// @param begunNanos the `System.nanoTime` at which it began, for work that takes several reads
    Guard guard(long begunNanos) {
        return guard(begunNanos, null);
    }

    private Guard guard(long begunNanos, @Nullable Runnable cut) {
        Guard guard = new Guard(begunNanos, cut);
        waiting.add(guard);
        return guard;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(Duration.ofNanos(Math.max(1_000_000, limitNanos / 4)));
                long now = System.nanoTime();
                waiting.removeIf(guard -> guard.interruptIfLate(now));
            }
        } catch (InterruptedException e) {
            // closed: nothing is watched any more
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
