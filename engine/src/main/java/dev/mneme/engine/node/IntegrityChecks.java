package dev.mneme.engine.node;

import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.integrity.ShardGuard;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Checks every owner of every shard once after a start, in the background: one thread, which rests as
/// long as it works, so that it takes at most half a core.
public final class IntegrityChecks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IntegrityChecks.class.getName());

    private static final Duration SLICE = Duration.ofMillis(5);

    private final List<ShardGuard> guards;
    private final ShardGuard system;
    private final Thread thread;
    private volatile boolean closing;
    private long sliceBegan = System.nanoTime();

    /// @param guards of the owners' shards
    public IntegrityChecks(List<ShardGuard> guards, ShardGuard system) {
        this.guards = guards;
        this.system = system;
        this.thread = Thread.ofPlatform().name("integrity").daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            for (ShardGuard guard : guards) {
                guard.checkAll(this::goesOn);
            }
            system.checkAll(this::goesOn);
        } catch (MnemeException e) {
            LOG.log(Level.ERROR, "The integrity of the data could not be checked in the background", e);
            return;
        }
        long owners = guards.stream().mapToLong(ShardGuard::checkedOwners).sum();
        long problems = system.problems().size()
                + guards.stream().mapToLong(guard -> guard.problems().size()).sum();
        if (!closing) {
            LOG.log(
                    problems == 0 ? Level.INFO : Level.ERROR,
                    "Integrity: {0} owners checked, {1} problems",
                    owners,
                    problems);
        }
    }

    /// Asked often: rests when a slice of work is done.
    private boolean goesOn() {
        if (System.nanoTime() - sliceBegan >= SLICE.toNanos() && !closing) {
            LockSupport.parkNanos(SLICE.toNanos());
            sliceBegan = System.nanoTime();
        }
        return !closing;
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
