package dev.mneme.engine.log;

import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.SystemRuntime;
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

    /// What a node's log takes: two threads of its own, `mneme-log` and `mneme-log-segments`.
    public static LogRuntime of(NodeRuntime node) {
        return of(node, false, LogMarker.boot());
    }

    /// What the log of a node takes that is run in one thread.
    public static LogRuntime stepped(NodeRuntime node) {
        return of(node, true, null);
    }

    private static LogRuntime of(NodeRuntime node, boolean stepped, @Nullable UUID boot) {
        return new LogRuntime(stepped, node.random()::nextLong, node::nanos, node.clock(), boot);
    }

    /// As [#of], on the machine as it is.
    public static LogRuntime system() {
        return of(new SystemRuntime());
    }

    LogRuntime withSalts(LongSupplier other) {
        return new LogRuntime(stepped, other, nanos, clock, boot);
    }

    LogRuntime withBoot(@Nullable UUID other) {
        return new LogRuntime(stepped, salts, nanos, clock, other);
    }
}
