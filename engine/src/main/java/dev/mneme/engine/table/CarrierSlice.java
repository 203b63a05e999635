package dev.mneme.engine.table;

import java.time.Duration;

/// Lets other virtual threads have the carrier during long work, which nothing else takes from it: after each
/// millisecond the work goes to the end of the line. On a platform thread, which the operating system interrupts, it
/// does nothing.
///
/// **Threads**: one.
public final class CarrierSlice {
    private static final long NANOS = Duration.ofMillis(1).toNanos();

    private final boolean virtual = Thread.currentThread().isVirtual();
    private long began = virtual ? System.nanoTime() : 0;

    /// To be called at each step of the work: a row, or an owner.
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on who is next: only that somebody else can be
    public void step() {
        if (virtual && System.nanoTime() - began > NANOS) {
            Thread.yield();
            began = System.nanoTime();
        }
    }
}
