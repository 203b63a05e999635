package dev.mneme.api.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Frees threads that write to a client which does not read: a write that takes longer than the limit is
/// interrupted, and interrupting a virtual thread in a socket's write closes that socket.
///
/// One thread looks several times in a limit, so a write is given up after at most 1.25 limits.
final class WriteWatch implements AutoCloseable {
    private final long limitNanos;
    private final Set<Guard> writing = ConcurrentHashMap.newKeySet();
    private final Thread watcher;

    WriteWatch(Duration limit) {
        this.limitNanos = limit.toNanos();
        this.watcher = Thread.ofVirtual().name("write-watch").start(this::watch);
    }

    /// One write, by the thread that made the guard; over when closed.
    final class Guard implements AutoCloseable {
        private final Thread writer = Thread.currentThread();
        private final long begun = System.nanoTime();
        private boolean over; // guarded by this: a late interrupt must not meet the writer's next work

        @Override
        public void close() {
            writing.remove(this);
            synchronized (this) {
                over = true;
            }
        }

        private synchronized void interruptIfLate(long now) {
            if (!over && now - begun > limitNanos) {
                over = true;
                writer.interrupt();
            }
        }
    }

    Guard guard() {
        Guard guard = new Guard();
        writing.add(guard);
        return guard;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(Duration.ofNanos(Math.max(1_000_000, limitNanos / 4)));
                long now = System.nanoTime();
                writing.forEach(guard -> guard.interruptIfLate(now));
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
