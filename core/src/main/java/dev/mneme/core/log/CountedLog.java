package dev.mneme.core.log;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A log line for something that may happen thousands of times: the first is told at once, and after it one line a
/// period, with how many were left out. One object for each kind of event.
///
/// **Threads**: any number may call.
public final class CountedLog {
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Logger log;
    private final Level level;
    private final long periodNanos;
    private final AtomicLong leftOut = new AtomicLong();
    private final AtomicLong toldNanos;

    public CountedLog(Logger log, Level level) {
        this(log, level, PERIOD);
    }

    CountedLog(Logger log, Level level, Duration period) {
        this.log = log;
        this.level = level;
        this.periodNanos = period.toNanos();
        this.toldNanos = new AtomicLong(System.nanoTime() - periodNanos - 1);
    }

    public void log(String message) {
        log(message, null);
    }

    /// @param cause shown with the lines that are told
    public void log(String message, @Nullable Throwable cause) {
        long now = System.nanoTime();
        long told = toldNanos.get();
        if (now - told <= periodNanos || !toldNanos.compareAndSet(told, now)) {
            leftOut.incrementAndGet();
            return;
        }
        long more = leftOut.getAndSet(0);
        log.log(level, more == 0 ? message : message + " (and " + more + " times since the last such line)", cause);
    }
}
