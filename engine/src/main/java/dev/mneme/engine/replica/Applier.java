package dev.mneme.engine.replica;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.state.Applied;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What every replica of a shard does with an agreed entry: rows, then the search index, then the feed.
///
/// When there is no room on the disk it stands still: the entry keeps its place, and [#goOn] tries again where it
/// failed. What is agreed must be applied. Any other failure leaves it as it is; the shard stops then.
///
/// **Threads**: the shard's; [#index], [#latest], [#blockedBy] and [#blockedSince] any.
final class Applier {
    private final String shard;
    private final Tables tables;
    private final StateMachine machine;
    private final StoringStage stage;
    private final ShardListener listener;
    private final Execution execution;
    private final CountedLog waitingForRoom = new CountedLog(System.getLogger(Applier.class.getName()), Level.WARNING);

    /// What is left to do of the entry that is being applied.
    private final ArrayDeque<Runnable> steps = new ArrayDeque<>();

    /// Lets go of what the entry that is being applied holds.
    private @Nullable Runnable release;

    private long applying;
    private volatile long index;
    private volatile Instant latest;
    private volatile @Nullable MnemeException blockedBy;
    private volatile long blockedSince;

    Applier(
            String shard,
            Tables tables,
            StateMachine machine,
            StoringStage stage,
            ShardListener listener,
            Execution execution) {
        this.shard = shard;
        this.tables = tables;
        this.machine = machine;
        this.stage = stage;
        this.listener = listener;
        this.execution = execution;
        this.index = tables.appliedIndex();
        this.latest = timeOfRows();
    }

    private Instant timeOfRows() {
        return Rows.Shard.decode(tables.get(Keys.shard())).time();
    }

    /// Applies an entry, as far as there is room.
    ///
    /// @return what its writes come to: to be said once the entry is applied, as [#index] shows
    List<WriteResult> apply(long entry, ShardBatch batch) {
        requireNext(entry);
        Applied result = machine.apply(entry, batch);
        store(entry, result, batch.at(), () -> listener.applied(batch, result));
        return result.results();
    }

    /// Stores what was decided elsewhere, as an entry of its own.
    ///
    /// @param told runs when rows and search index have it
    void take(long entry, Applied what, Runnable told) {
        requireNext(entry);
        store(entry, what, latest, told);
    }

    private void store(long entry, Applied what, Instant at, Runnable told) {
        Tables.Batch rows = stage.stored(entry, what.rows());
        steps.add(() -> tables.write(rows));
        steps.add(() -> listener.indexed(entry, what.index()));
        steps.add(() -> {
            told.run();
            latest = at;
            index = entry;
        });
        goOn();
    }

    /// Replaces all rows, and what follows from them, as far as there is room. The snapshot is closed in the end.
    void install(Agreement.Snapshot snapshot) {
        long at = snapshot.index();
        requireNext(at);
        Tables.Snapshot before = tables.snapshot();
        release = () -> {
            before.close();
            snapshot.close();
        };
        steps.add(() -> tables.replaceAll(at, stage.received(at, snapshot::rows, listener::requireOwn)));
        steps.add(() -> listener.replaced(at, before));
        steps.add(() -> {
            abandon();
            latest = timeOfRows();
            index = at;
        });
        goOn();
    }

    /// The rows as they are now, for another replica.
    Agreement.Snapshot snapshot() {
        return new RowsSnapshot(tables.snapshot(), stage);
    }

    /// Lets go of what is being applied, which never will be.
    void abandon() {
        Runnable held = release;
        release = null;
        if (held != null) {
            held.run();
        }
    }

    private void requireNext(long next) {
        if (!steps.isEmpty() || next <= index) {
            throw new IllegalStateException(
                    "entry " + next + " came after entry " + Math.max(index, applying) + " of shard " + shard);
        }
        applying = next;
    }

    /// Goes on where there was no room before.
    void goOn() {
        while (!steps.isEmpty()) {
            try {
                steps.getFirst().run();
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.STORAGE_FULL && e.code() != ErrorCode.OVERLOADED) {
                    throw e;
                }
                if (blockedBy == null) {
                    blockedSince = execution.nanos();
                }
                blockedBy = e;
                waitingForRoom.log("Shard " + shard + " waits to apply entry " + applying + ": " + e.getMessage());
                return;
            }
            steps.remove();
        }
        blockedBy = null;
    }

    /// Why it stands still; null when it does not.
    @Nullable
    MnemeException blockedBy() {
        return blockedBy;
    }

    /// Since when it stands still, in the execution's time; 0 when it does not.
    long blockedSince() {
        return blockedBy == null ? 0 : blockedSince;
    }

    /// The index of the last entry that rows, search index and feed contain.
    long index() {
        return index;
    }

    /// The time of the last entry that was applied.
    Instant latest() {
        return latest;
    }
}
