package dev.mneme.engine.node;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.integrity.ShardGuard;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Checks every owner of every shard once after it was opened, in the background: one thread while there is something
/// to check, which rests as long as it works, so that it takes at most half a core.
///
/// **Threads**: any. This object's lock guards the fields.
final class IntegrityChecks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IntegrityChecks.class.getName());

    private static final Duration SLICE = Duration.ofMillis(5);

    /// What is yet to be checked, the system's last.
    private final TreeMap<ShardId, ShardGuard> waiting = new TreeMap<>();

    private @Nullable Thread thread;
    private volatile @Nullable ShardId checking;
    private boolean started;
    private boolean closing;
    private volatile boolean goesOn;
    private long sliceBegan;

    /// A shard was opened.
    synchronized void add(ShardId shard, ShardGuard guard) {
        waiting.put(shard, guard);
        begin();
    }

    /// A shard is no longer served.
    synchronized void remove(ShardId shard) {
        waiting.remove(shard);
        if (shard.equals(checking)) {
            goesOn = false;
        }
    }

    synchronized void start() {
        started = true;
        begin();
    }

    private void begin() {
        if (started && !closing && thread == null && !waiting.isEmpty()) {
            thread = Thread.ofPlatform().name("integrity").daemon().start(this::run);
        }
    }

    private void run() {
        sliceBegan = System.nanoTime();
        long owners = 0;
        long problems = 0;
        for (ShardGuard guard = next(); guard != null; guard = next()) {
            boolean ofOwners = !ShardId.SYSTEM.equals(checking);
            check(guard);
            owners += ofOwners ? guard.checkedOwners() : 0;
            problems += guard.problems().size();
        }
        if (!isClosing()) {
            LOG.log(
                    problems == 0 ? Level.INFO : Level.ERROR,
                    "Integrity: {0} owners checked, {1} problems",
                    owners,
                    problems);
        }
    }

    private synchronized @Nullable ShardGuard next() {
        Map.Entry<ShardId, ShardGuard> next = closing ? null : waiting.pollFirstEntry();
        checking = next == null ? null : next.getKey();
        goesOn = next != null;
        if (next == null) {
            thread = null;
            return null;
        }
        return next.getValue();
    }

    private void check(ShardGuard guard) {
        try {
            guard.checkAll(this::goesOn);
        } catch (MnemeException e) {
            if (goesOn) { // else the shard has gone meanwhile
                LOG.log(Level.ERROR, "The integrity of the data could not be checked in the background", e);
            }
        }
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    /// Asked often: rests when a slice of work is done.
    private boolean goesOn() {
        if (System.nanoTime() - sliceBegan >= SLICE.toNanos() && goesOn) {
            LockSupport.parkNanos(SLICE.toNanos());
            sliceBegan = System.nanoTime();
        }
        return goesOn;
    }

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closing = true;
            goesOn = false;
            running = thread;
        }
        if (running != null) {
            join(running);
        }
    }

    private static void join(Thread thread) {
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
