package dev.mneme.hub.redis;

import java.time.Instant;
import java.time.InstantSource;

/// How the connections to Redis are, and since when. A new sentence about the same state does not begin it anew.
///
/// **Threads**: any number may call.
final class LinkState {
    enum Kind {
        /// Not connected yet, or not any more; it is being tried.
        AWAY,
        /// Not tried any more.
        GIVEN_UP,
        SLOW,
        UP
    }

    /// @param degraded in words; empty when it is up
    record Seen(Kind kind, String degraded, Instant since) {
        boolean connected() {
            return kind == Kind.UP || kind == Kind.SLOW;
        }
    }

    private final InstantSource clock;
    private Seen seen; // guarded by this

    LinkState(InstantSource clock, String degraded) {
        this.clock = clock;
        this.seen = new Seen(Kind.AWAY, degraded, clock.instant());
    }

    synchronized void become(Kind kind, String degraded) {
        seen = new Seen(kind, degraded, kind == seen.kind() ? seen.since() : clock.instant());
        notifyAll();
    }

    /// After it was given up it is tried once more.
    synchronized void tryAgain() {
        if (seen.kind() == Kind.GIVEN_UP) {
            become(Kind.AWAY, "Redis is tried again.");
        }
    }

    synchronized Seen seen() {
        return seen;
    }

    /// @return whether it is connected; if not, it gave up or time is up
    synchronized boolean awaitConnected(long limitNanos) throws InterruptedException {
        long end = System.nanoTime() + limitNanos;
        for (long left = limitNanos;
                left > 0 && !seen.connected() && seen.kind() != Kind.GIVEN_UP;
                left = end - System.nanoTime()) {
            wait(left / 1_000_000 + 1);
        }
        return seen.connected();
    }
}
