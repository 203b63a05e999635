package dev.mneme.engine.table;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Lets other virtual threads have the carrier during long work, which nothing else takes from it: after each
/// millisecond the work sleeps for a moment. On a platform thread, which the operating system interrupts, it does
/// nothing.
///
/// Sleeping, not `Thread.yield`: a thread that yields goes to the end of its own carrier's queue, and a carrier looks
/// for threads that were started or woken from elsewhere only when that queue is empty. Two long scans on each carrier
/// would hand it to each other and let nobody else run.
///
/// **Threads**: one.
public final class CarrierSlice {
    private static final long NANOS = Duration.ofMillis(1).toNanos();

    private final boolean virtual = Thread.currentThread().isVirtual();
    private long began = virtual ? System.nanoTime() : 0;

    /// To be called at each step of the work: a row, or an owner.
    public void step() {
        if (virtual && System.nanoTime() - began > NANOS) {
            LockSupport.parkNanos(1);
            began = System.nanoTime();
        }
    }
}
