package dev.mneme.engine.node;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Says when the machine's clock jumps ahead, and when writes are stamped with a time that it has yet to
/// reach: command time never goes back, so that after a jump and back `createdAt` stays ahead.
///
/// Used by one thread, which looks about once a second.
final class ClockWatch {
    private static final System.Logger LOG = System.getLogger(ClockWatch.class.getName());
    private static final Duration WORTH_SAYING = Duration.ofMinutes(1);
    private static final Duration AGAIN = Duration.ofHours(1);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Supplier<Instant> latest;
    private Instant sawTime;
    private long sawNanos;
    private Instant saidAt = Instant.MIN;

    /// @param nanos a clock that nobody sets
    /// @param latest the time that the latest write was stamped with
    ClockWatch(InstantSource clock, LongSupplier nanos, Supplier<Instant> latest) {
        this.clock = clock;
        this.nanos = nanos;
        this.latest = latest;
        this.sawTime = clock.instant();
        this.sawNanos = nanos.getAsLong();
    }

    void look() {
        Instant now = clock.instant();
        long nanosNow = nanos.getAsLong();
        Duration jumped = Duration.between(sawTime, now).minusNanos(nanosNow - sawNanos);
        sawTime = now;
        sawNanos = nanosNow;
        if (jumped.compareTo(WORTH_SAYING) > 0) {
            LOG.log(
                    Level.WARNING,
                    "The machine''s clock jumped ahead by {0}, to {1}: writes are stamped with it, and go on to be when it is"
                            + " set back",
                    jumped,
                    now);
        }
        Duration ahead = Duration.between(now, latest.get());
        boolean again = saidAt.equals(Instant.MIN)
                || Duration.between(saidAt, now).abs().compareTo(AGAIN) >= 0;
        if (ahead.compareTo(WORTH_SAYING) > 0 && again) {
            saidAt = now;
            LOG.log(
                    Level.WARNING,
                    "Writes are stamped {0}, which is {1} ahead of the machine''s clock: it was wrong when something was"
                            + " written. Times of new writes stay there until the clock has come so far",
                    latest.get(),
                    ahead);
        }
    }
}
