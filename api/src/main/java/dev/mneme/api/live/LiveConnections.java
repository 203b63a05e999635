package dev.mneme.api.live;

import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Keeps every live connection of a server: counts them, pings them, and ends those that are silent, stalled, without
/// credentials, or whose key is revoked or has expired. One thread goes through them; it never waits for any.
///
/// **Threads**: any number may call.
public final class LiveConnections implements AutoCloseable {
    private static final Duration LONGEST_STEP = Duration.ofSeconds(1);
    private static final Duration SHORTEST_STEP = Duration.ofMillis(10);

    private final KeyService keys;
    private final InstantSource clock;
    private final LiveConfig config;
    private final Map<LiveConnection, Place> open = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> perKey = new ConcurrentHashMap<>();
    private final AtomicInteger known = new AtomicInteger();
    private final Strangers strangers;
    private final Thread walker;
    private volatile boolean closing;

    public LiveConnections(KeyService keys, InstantSource clock, LiveConfig config) {
        this.keys = keys;
        this.clock = clock;
        this.config = config;
        this.strangers = new Strangers(config.maxWithoutCredentials());
        keys.onRevoked(this::endOf);
        walker = Thread.ofVirtual().name("live-connections").start(this::walk);
    }

    public LiveConfig config() {
        return config;
    }

    public int count() {
        return open.size();
    }

    /// How many connections are open with one key.
    public int count(String keyId) {
        AtomicInteger count = perKey.get(keyId);
        return count == null ? 0 : count.get();
    }

    /// Adds a connection that has shown no key yet. The longest waiting one may have to go for it: see [Strangers].
    ///
    /// @param address of the client
    /// @throws MnemeException `overloaded` when the server is stopping
    public void enter(LiveConnection connection, String address) {
        open(connection);
        LiveConnection goes = strangers.add(connection, address);
        if (goes != null) {
            goes.cut();
        }
    }

    /// Adds a connection that came with its key.
    ///
    /// @throws MnemeException as [#admit]; the connection is not added then
    public void enter(LiveConnection connection, ApiKey key) {
        open(connection);
        try {
            admit(connection, key);
        } catch (MnemeException e) {
            leave(connection);
            throw e;
        }
    }

    private void open(LiveConnection connection) {
        if (closing) {
            throw new MnemeException(ErrorCode.OVERLOADED, "The server is stopping: try again shortly.");
        }
        open.put(connection, new Place(System.nanoTime()));
        if (closing) {
            connection.end(Goodbye.SERVER_STOPS);
        }
    }

    /// Counts a connection on its key. From here on it ends with the key.
    ///
    /// @throws MnemeException `overloaded` when there are too many; `rate_limited` when the key has too many;
    ///     `unauthenticated` when the key was revoked just now
    public void admit(LiveConnection connection, ApiKey key) {
        Place place = open.get(connection);
        if (place == null || place.key != null) {
            return;
        }
        if (known.incrementAndGet() > config.maxConnections()) {
            known.decrementAndGet();
            throw new MnemeException(ErrorCode.OVERLOADED, "There are too many live connections: try again later.");
        }
        AtomicInteger count = perKey.computeIfAbsent(key.id(), id -> new AtomicInteger());
        if (count.incrementAndGet() > config.maxPerKey()) {
            count.decrementAndGet();
            known.decrementAndGet();
            throw new MnemeException(
                    ErrorCode.RATE_LIMITED,
                    "This API key has " + config.maxPerKey() + " live connections open: close some first.");
        }
        place.key = key;
        strangers.remove(connection);
        if (!keys.holds(key)) { // revoked between its check and here: no listener knew of this connection
            throw new MnemeException(
                    ErrorCode.UNAUTHENTICATED, "This API key is not known here: it is mistyped or revoked.");
        }
    }

    public void leave(LiveConnection connection) {
        Place place = open.remove(connection);
        if (place == null) {
            return;
        }
        ApiKey key = place.key;
        if (key == null) {
            strangers.remove(connection);
            return;
        }
        known.decrementAndGet();
        perKey.computeIfPresent(key.id(), (id, count) -> count.decrementAndGet() == 0 ? null : count);
    }

    private void endOf(String keyId) {
        open.forEach((connection, place) -> {
            ApiKey key = place.key;
            if (key != null && key.id().equals(keyId)) {
                end(connection, place, Goodbye.KEY_REVOKED);
            }
        });
    }

    private void walk() {
        long step = step();
        while (!closing || !open.isEmpty()) {
            long now = System.nanoTime();
            Instant at = clock.instant();
            open.forEach((connection, place) -> look(connection, place, now, at));
            LockSupport.parkNanos(this, step);
        }
    }

    /// How often to look: a tenth of the shortest of the times, within reason.
    private long step() {
        long shortest =
                Math.min(config.stallAfter().toNanos(), config.pingInterval().toNanos());
        shortest = Math.min(shortest, config.credentialsWithin().toNanos());
        shortest = Math.min(shortest, config.closeWithin().toNanos());
        return Math.clamp(shortest / 10, SHORTEST_STEP.toNanos(), LONGEST_STEP.toNanos());
    }

    private void look(LiveConnection connection, Place place, long now, Instant at) {
        long stalled = connection.stalledNanos();
        boolean stuck = stalled != 0 && now - stalled > config.stallAfter().toNanos();
        boolean lingers = place.endingNanos != 0
                && now - place.endingNanos > config.closeWithin().toNanos();
        if (stuck || lingers) {
            connection.cut();
            return;
        }
        Goodbye why = why(connection, place, now, at);
        if (why != null) {
            end(connection, place, why);
        } else if (now - place.pingedNanos > config.pingInterval().toNanos()) {
            place.pingedNanos = now;
            connection.ping();
        }
    }

    private @Nullable Goodbye why(LiveConnection connection, Place place, long now, Instant at) {
        ApiKey key = place.key;
        if (key == null) {
            return now - place.enteredNanos > config.credentialsWithin().toNanos() ? Goodbye.NO_CREDENTIALS : null;
        }
        if (key.expired(at)) {
            return Goodbye.KEY_EXPIRED;
        }
        return now - connection.heardNanos() > config.staleAfter().toNanos() ? Goodbye.SILENCE : null;
    }

    private static void end(LiveConnection connection, Place place, Goodbye why) {
        if (place.endingNanos == 0) {
            place.endingNanos = System.nanoTime();
        }
        connection.end(why);
    }

    /// Ends a connection for a reason of its own, and cuts it if it does not end in time.
    public void end(LiveConnection connection, Goodbye why) {
        Place place = open.get(connection);
        if (place != null) {
            end(connection, place, why);
        }
    }

    /// Says goodbye to all, and cuts those that are still there after `closeWithin`. It takes little longer than that,
    /// whatever the clients do.
    @Override
    public void close() {
        closing = true;
        open.forEach((connection, place) -> end(connection, place, Goodbye.SERVER_STOPS));
        LockSupport.unpark(walker);
        try {
            walker.join(config.closeWithin().multipliedBy(2).plus(LONGEST_STEP));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.keySet().forEach(LiveConnection::cut);
    }

    /// What is known of one connection.
    private static final class Place {
        private final long enteredNanos;
        private volatile @Nullable ApiKey key;
        private volatile long endingNanos; // 0: it is not ending
        private long pingedNanos; // the walker's

        Place(long now) {
            enteredNanos = now;
            pingedNanos = now;
        }
    }
}
