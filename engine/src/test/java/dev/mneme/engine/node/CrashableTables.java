package dev.mneme.engine.node;

import dev.mneme.engine.table.ForwardingTables;
import dev.mneme.engine.table.HeapTables;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// Tables of a process that can die: what they held beyond the last checkpoint is gone then, and they
/// keep nothing more. Now and then they checkpoint by themselves, as a store does that flushes its
/// buffers when they are full.
final class CrashableTables extends ForwardingTables {
    private final SplittableRandom random;
    private volatile boolean dead;

    CrashableTables(HeapTables.Home home, long seed) {
        super(new HeapTables(home));
        this.random = new SplittableRandom(seed);
    }

    synchronized void die() {
        dead = true;
    }

    @Override
    public synchronized void write(Batch batch) {
        tables.write(batch);
        if (!dead && random.nextInt(8) == 0) {
            tables.checkpoint();
        }
    }

    @Override
    public synchronized void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
        if (dead) {
            throw new IllegalStateException("a dead process replaces nothing");
        }
        tables.replaceAll(appliedIndex, rows);
    }

    /// A dead process's checkpoint reaches no disk, so nobody may hear that it did.
    @Override
    public synchronized long checkpoint() {
        return dead ? 0 : tables.checkpoint();
    }
}
