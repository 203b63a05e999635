package dev.mneme.engine.node;

import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Journal;
import dev.mneme.engine.replica.LocalShard;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Makes shards durable in their tables now and then, so that log segments can go and a restart replays
/// little; by force when a shard holds back segments beyond the limit. On an execution of its own.
final class Maintenance implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Maintenance.class.getName());
    private static final CountedLog RETIRING = new CountedLog(LOG, Level.WARNING);
    private static final CountedLog CHECKPOINTS = new CountedLog(LOG, Level.WARNING);
    private static final CountedLog ANCHORS = new CountedLog(LOG, Level.ERROR);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Supplier<Collection<LocalShard>> shards;
    private final Journal log;
    private final OldVersions oldVersions;
    private final Expiry expiry;
    private final Runnable anchor;
    private final ClockWatch clock;
    private final BooleanSupplier roomForTables;
    private final long lookEvery;
    private long looks;
    private final Execution execution;
    private volatile boolean closing;

    /// @param anchor says elsewhere how far the shards have come, when that is due
    /// @param roomForTables whether the disk takes tables: one that failed on a full disk keeps the tables from
    ///     being written afterwards too
    /// @param shards those that are open now
    Maintenance(
            Execution execution,
            Supplier<Collection<LocalShard>> shards,
            Journal log,
            Duration checkpointInterval,
            OldVersions oldVersions,
            Expiry expiry,
            Runnable anchor,
            ClockWatch clock,
            BooleanSupplier roomForTables) {
        this.execution = execution;
        this.roomForTables = roomForTables;
        this.anchor = anchor;
        this.clock = clock;
        this.oldVersions = oldVersions;
        this.expiry = expiry;
        this.shards = shards;
        this.log = log;
        this.lookEvery = Math.max(1, checkpointInterval.dividedBy(LOOK));
    }

    void start() {
        execution.after(LOOK, this::lookAgainAndAgain);
    }

    private void lookAgainAndAgain() {
        if (closing) {
            return;
        }
        try {
            look();
        } finally {
            execution.after(LOOK, this::lookAgainAndAgain);
        }
    }

    private void look() {
        if (!roomForTables.getAsBoolean()) {
            return;
        }
        boolean all = ++looks % lookEvery == 0;
        for (LocalShard shard : shards.get()) {
            if (all || log.pinning().containsKey(shard.id())) {
                checkpoint(shard);
            }
        }
        anchor();
        clock.look();
        retire();
    }

    private void anchor() {
        try {
            anchor.run();
        } catch (MnemeException e) {
            ANCHORS.log("The anchor could not be written; it is tried again: " + e.getMessage(), e);
        }
    }

    /// Removes what is too old, in small steps.
    private void retire() {
        step(oldVersions::step);
        step(expiry::step);
    }

    private static void step(Runnable removal) {
        try {
            removal.run();
        } catch (RuntimeException e) {
            RETIRING.log("What is too old could not be looked for; it is tried again: " + e.getMessage(), e);
        }
    }

    private static void checkpoint(LocalShard shard) {
        if (!shard.checkpointDue()) {
            return;
        }
        try {
            shard.checkpoint();
        } catch (RuntimeException e) {
            CHECKPOINTS.log("A checkpoint failed; it is tried again: " + e.getMessage(), e);
        }
    }

    /// Drops an erased owner from the disk: its rows by compaction, its log entries with the segments that
    /// hold them.
    void afterErasure(LocalShard shard, Owner owner, Runnable rollLog) {
        execution.execute(() -> drop(shard, owner, rollLog));
    }

    private void drop(LocalShard shard, Owner owner, Runnable rollLog) {
        try {
            rollLog.run();
            shards.get().forEach(Maintenance::checkpoint);
            shard.compactErased(owner);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "What an erasure left on the disk could not be dropped yet: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closing = true;
        execution.close();
        execution.awaitEnd();
    }
}
