package dev.mneme.engine.node;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.integrity.ShardGuard;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks every owner of every shard once after it was opened, in the background: on an execution of its own while
/// there is something to check. That rests as long as it works, so that it takes at most half a core.
///
/// **Threads**: any. This object's lock guards the fields.
final class IntegrityChecks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IntegrityChecks.class.getName());

    private static final Duration SLICE = Duration.ofMillis(5);

    /// What is yet to be checked, the system's last.
    private final TreeMap<ShardId, ShardGuard> waiting = new TreeMap<>();

    private final NodeRuntime runtime;

    /// The latest; null before the first, and ended once there was nothing more to check.
    private @Nullable Execution execution;

    private boolean running;
    private volatile @Nullable ShardId checking;
    private boolean started;
    private boolean closing;
    private volatile boolean goesOn;
    private long sliceBegan;

    IntegrityChecks(NodeRuntime runtime) {
        this.runtime = runtime;
    }

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
        if (started && !closing && !running && !waiting.isEmpty()) {
            running = true;
            Execution begun = runtime.execution("integrity");
            begun.execute(this::run);
            begun.close();
            execution = begun;
        }
    }

    private void run() {
        sliceBegan = runtime.nanos();
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
            running = false;
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
        if (runtime.nanos() - sliceBegan >= SLICE.toNanos() && goesOn) {
            runtime.pause(SLICE);
            sliceBegan = runtime.nanos();
        }
        return goesOn;
    }

    @Override
    public void close() {
        Execution latest;
        synchronized (this) {
            closing = true;
            goesOn = false;
            latest = execution;
        }
        if (latest != null) {
            latest.awaitEnd();
        }
    }
}
