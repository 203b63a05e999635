package dev.mneme.api.http;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Limits the heap that is held for clients, all together: unfinished headers, bodies, answers and events that clients
/// have not taken yet, WebSocket messages and frames. Bytes are counted as they come; a length that a client merely
/// claims counts nothing.
///
/// It is **fair** between owners, which are the keys and, as one, all clients without a key. An owner may hold as much
/// as is free (without a key, a third of that). So a single owner gets half, each of two a third, and some is always
/// left for the next. A key's first holder may go beyond its share while there is anything left, so that it finishes
/// even when many requests of one key wait for each other.
///
/// **Threads**: any.
public final class ClientMemory {
    /// What a connection has for itself, which is counted with the connection: headers and answers up to these sizes
    /// are not counted here.
    public static final int SMALL_HEAD = 4 << 10;

    public static final int SMALL_ANSWER = 8 << 10;

    /// The owner of all who have shown no key.
    public static final String KEYLESS = "";

    private static final int KEYLESS_PART = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final long total;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition freed = lock.newCondition();
    private final Map<String, Account> accounts = new HashMap<>(); // guarded by lock, as all below
    private long used;

    private static final class Account {
        private long used;
        private @Nullable Lease first;
    }

    public ClientMemory(long bytes) {
        this.total = bytes;
    }

    /// Begins to hold memory for an owner: nothing yet.
    ///
    /// @param owner a key's id, or [#KEYLESS]
    public Lease open(String owner) {
        return new Lease(owner);
    }

    public long totalBytes() {
        return total;
    }

    public long usedBytes() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    /// The memory that one connection or request holds, until it is closed.
    public final class Lease implements AutoCloseable {
        private String owner;
        private long held;

        private Lease(String owner) {
            this.owner = owner;
        }

        /// Holds this much more, if there is room at once.
        public boolean tryAdd(long bytes) {
            lock.lock();
            try {
                return take(bytes);
            } finally {
                lock.unlock();
            }
        }

        /// Holds this much more.
        ///
        /// @throws MnemeException `OVERLOADED` when there is no room at once
        public void add(long bytes) {
            if (!tryAdd(bytes)) {
                throw overloaded();
            }
        }

        /// Holds this much more, waiting for room. A caller that waits does not read its client meanwhile.
        ///
        /// @throws MnemeException `OVERLOADED` when there is none for too long
        public void await(long bytes) {
            long left = PATIENCE.toNanos();
            lock.lock();
            try {
                while (!take(bytes)) {
                    if (left <= 0) {
                        throw overloaded();
                    }
                    left = freed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw overloaded();
            } finally {
                lock.unlock();
            }
        }

        /// Holds this much more in any case: the answer to something that was done can no longer be refused.
        public void addAnyway(long bytes) {
            lock.lock();
            try {
                count(bytes);
            } finally {
                lock.unlock();
            }
        }

        /// Holds this much less.
        public void release(long bytes) {
            lock.lock();
            try {
                count(-Math.min(bytes, held));
            } finally {
                lock.unlock();
            }
        }

        /// Counts on another owner from now on.
        public void moveTo(String other) {
            lock.lock();
            try {
                long bytes = held;
                count(-bytes);
                owner = other;
                count(bytes);
            } finally {
                lock.unlock();
            }
        }

        public long heldBytes() {
            lock.lock();
            try {
                return held;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            release(Long.MAX_VALUE);
        }

        private boolean take(long bytes) {
            Account account = accounts.get(owner);
            long mine = account == null ? 0 : account.used;
            long free = total - used;
            boolean first = !owner.isEmpty() && (account == null || account.first == null || account.first == this);
            boolean fair = owner.isEmpty() ? mine + bytes <= free / KEYLESS_PART : mine + bytes <= free;
            if (bytes > free || !(fair || first)) {
                return false;
            }
            count(bytes);
            return true;
        }

        private void count(long bytes) {
            if (bytes == 0) {
                return;
            }
            Account account = accounts.computeIfAbsent(owner, none -> new Account());
            account.used += bytes;
            used += bytes;
            held += bytes;
            if (held > 0 && account.first == null) {
                account.first = this;
            }
            if (held == 0 && account.first == this) {
                account.first = null;
            }
            if (account.used == 0) {
                accounts.remove(owner);
            }
            if (bytes < 0) {
                freed.signalAll();
            }
        }
    }

    static MnemeException overloaded() {
        return new MnemeException(
                ErrorCode.OVERLOADED,
                "The memory for requests and answers is used up: try again shortly, or ask for less at a time, with"
                        + " fewer requests at once.");
    }
}
