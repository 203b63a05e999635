package dev.mneme.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A clock that stands still until a test moves it, in either direction.
///
/// **Threads**: any number may call.
public final class ManualClock implements InstantSource {
    /// Where a test begins when it does not care: a whole second, well after 1970.
    public static final Instant START = Instant.parse("2026-01-01T08:00:00Z");

    private volatile Instant now;

    public ManualClock() {
        this(START);
    }

    public ManualClock(Instant start) {
        now = start;
    }

    @Override
    public Instant instant() {
        return now;
    }

    /// Moves the clock; a negative step moves it back.
    public synchronized void advance(Duration step) {
        now = now.plus(step);
    }

    public synchronized void set(Instant at) {
        now = at;
    }
}
