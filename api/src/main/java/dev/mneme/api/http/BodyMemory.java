package dev.mneme.api.http;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Room for the bodies of all requests that are under way, so that many large ones at once wait for
/// each other and do not fill the heap. Whoever waits is not read meanwhile, so its client waits too.
/// Small bodies are not counted: their number is bounded by the connections'.
///
/// **Threads**: any. First come, first served.
final class BodyMemory {
    /// Bodies up to so many bytes are not counted.
    static final int SMALL = 64 << 10;

    private static final int UNIT = 1 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Semaphore room;

    /// @param bytes at least as many as the largest body has
    BodyMemory(long bytes) {
        this.room = new Semaphore(Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.ceilDiv(bytes, UNIT))), true);
    }

    /// Room that one request holds until it is closed.
    final class Share implements AutoCloseable {
        private int units;

        private Share(int units) {
            this.units = units;
        }

        @Override
        public void close() {
            room.release(units);
            units = 0;
        }
    }

    /// Waits for room.
    ///
    /// @throws MnemeException `OVERLOADED` when there is none for too long
    Share take(int bytes) {
        int units = bytes <= SMALL ? 0 : Math.ceilDiv(bytes, UNIT);
        try {
            if (units > 0 && !room.tryAcquire(units, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw overloaded();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw overloaded();
        }
        return new Share(units);
    }

    private static MnemeException overloaded() {
        return new MnemeException(
                ErrorCode.OVERLOADED,
                "Too many large requests arrive at once: try again shortly, or send less at a time.");
    }
}
