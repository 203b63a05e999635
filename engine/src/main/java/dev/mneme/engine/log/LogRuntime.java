package dev.mneme.engine.log;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What a log takes from the world around it, but for its disk: so that a whole node can be run from one seed.
///
/// @param stepped whether the log has no thread of its own: whoever opened it calls [WriteAheadLog#step], and
///     everything happens in there, callbacks included
/// @param salts give each segment the random number that its batches carry
/// @param nanos a ticker, as `System.nanoTime` is one: how long a full disk is left alone
/// @param clock says in the log's mark when it was written
/// @param boot the machine's present one; null: not known
public record LogRuntime(
        boolean stepped,
        LongSupplier salts,
        LongSupplier nanos,
        InstantSource clock,
        @Nullable UUID boot) {

    /// Two threads of its own, `mneme-log` and `mneme-log-segments`; the machine's clocks and randomness.
    public static LogRuntime system() {
        return new LogRuntime(
                false, new SecureRandom()::nextLong, System::nanoTime, InstantSource.system(), LogMarker.boot());
    }

    LogRuntime withSalts(LongSupplier other) {
        return new LogRuntime(stepped, other, nanos, clock, boot);
    }

    LogRuntime withBoot(@Nullable UUID other) {
        return new LogRuntime(stepped, salts, nanos, clock, other);
    }
}
