package dev.mneme.engine.node;

import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.HeapTables;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tables of a process that can die: what they held beyond the last checkpoint is gone then, and they
/// keep nothing more. Now and then they checkpoint by themselves, as a store does that flushes its
/// buffers when they are full.
final class CrashableTables implements Tables {
    private final HeapTables tables;
    private final SplittableRandom random;
    private volatile boolean dead;

    CrashableTables(HeapTables.Home home, long seed) {
        this.tables = new HeapTables(home);
        this.random = new SplittableRandom(seed);
    }

    synchronized void die() {
        dead = true;
    }

    @Override
    public long appliedIndex() {
        return tables.appliedIndex();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return tables.get(key);
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

    @Override
    public Snapshot snapshot() {
        return tables.snapshot();
    }

    /// A dead process's checkpoint reaches no disk, so nobody may hear that it did.
    @Override
    public synchronized long checkpoint() {
        return dead ? 0 : tables.checkpoint();
    }

    @Override
    public void compact(byte[] from, byte[] to) {
        tables.compact(from, to);
    }

    @Override
    public long sizeBytes() {
        return tables.sizeBytes();
    }

    @Override
    public void close() {
        tables.close();
    }
}
