package dev.mneme.engine.shard;

import dev.mneme.core.model.MnemeException;
import java.lang.System.Logger.Level;
import java.util.List;

/// Checks every owner of every shard once after a start, in the background. One thread of low priority.
final class IntegrityChecks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IntegrityChecks.class.getName());

    private final List<ShardGuard> guards;
    private final Thread thread;
    private volatile boolean closing;

    IntegrityChecks(List<ShardGuard> guards) {
        this.guards = guards;
        this.thread = Thread.ofPlatform()
                .name("integrity")
                .daemon()
                .priority(Thread.MIN_PRIORITY)
                .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            for (ShardGuard guard : guards) {
                guard.checkAll(() -> !closing);
            }
        } catch (MnemeException e) {
            LOG.log(Level.ERROR, "The integrity of the data could not be checked in the background", e);
            return;
        }
        long owners = guards.stream().mapToLong(ShardGuard::checkedOwners).sum();
        long problems =
                guards.stream().mapToLong(guard -> guard.problems().size()).sum();
        if (!closing) {
            LOG.log(
                    problems == 0 ? Level.INFO : Level.ERROR,
                    "Integrity: {0} owners checked, {1} problems",
                    owners,
                    problems);
        }
    }

    @Override
    public void close() {
        closing = true;
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
