package dev.mneme.engine.shard;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/// Checks every owner of every shard once after a start, in the background, on an execution of its own, which rests as
/// long as it works, so that it takes at most half a core.
final class IntegrityChecks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IntegrityChecks.class.getName());

    private static final Duration SLICE = Duration.ofMillis(5);

    private final List<ShardGuard> guards;
    private final ShardGuard system;
    private final NodeRuntime runtime;
    private final Execution execution;
    private volatile boolean closing;
    private long sliceBegan;

    /// @param guards of the owners' shards
    IntegrityChecks(List<ShardGuard> guards, ShardGuard system, NodeRuntime runtime) {
        this.guards = guards;
        this.system = system;
        this.runtime = runtime;
        this.execution = runtime.execution("integrity");
    }

    void start() {
        execution.execute(this::run);
        execution.close();
    }

    private void run() {
        sliceBegan = runtime.nanos();
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
        if (runtime.nanos() - sliceBegan >= SLICE.toNanos() && !closing) {
            runtime.pause(SLICE);
            sliceBegan = runtime.nanos();
        }
        return !closing;
    }

    @Override
    public void close() {
        closing = true;
        execution.close();
        execution.awaitEnd();
    }
}
