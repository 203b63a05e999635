package dev.mneme.core.log;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Writes log lines about an event that may happen thousands of times. The first ones of each period are written at
/// once; the others are counted, and the count is written with the next line. One object for each kind of event.
///
/// **Threads**: any number may call.
public final class CountedLog {
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Logger log;
    private final Level level;
    private final long periodNanos;
    private final int burst;
    private final LongSupplier nanos;
    private long began; // guarded by this, as the next two
    private int told;
    private long leftOut;

    public CountedLog(Logger log, Level level) {
        this(log, level, 1);
    }

    /// @param burst how many lines a period may have
    public CountedLog(Logger log, Level level, int burst) {
        this(log, level, burst, PERIOD, System::nanoTime);
    }

    /// @param nanos a clock that never goes back
    CountedLog(Logger log, Level level, int burst, Duration period, LongSupplier nanos) {
        this.log = log;
        this.level = level;
        this.burst = burst;
        this.periodNanos = period.toNanos();
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    public void log(String message) {
        log(message, null);
    }

    /// @param cause shown with the lines that are written
    public void log(String message, @Nullable Throwable cause) {
        long more;
        synchronized (this) {
            long now = nanos.getAsLong();
            if (now - began > periodNanos) {
                began = now;
                told = 0;
            }
            if (told == burst) {
                leftOut++;
                return;
            }
            told++;
            more = leftOut;
            leftOut = 0;
        }
        log.log(level, more == 0 ? message : message + " (and " + more + " more since the last such line)", cause);
    }
}
