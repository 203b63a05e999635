package dev.mneme.engine.table;

import dev.mneme.core.spi.Tables;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A shard's rows on the heap, for tests and for simulations of many nodes in one thread. What survives
/// a crash is kept in the [Home] that it was opened on.
///
/// State: the current map, replaced as a whole by each write (so that a snapshot is the map it was
/// taken at). Writing costs a copy: this is for small data.
public final class HeapTables implements Tables {
    /// What a disk would hold: the rows of the last checkpoint.
    public static final class Home {
        private NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        private long appliedIndex;
    }

    private record State(NavigableMap<byte[], byte[]> rows, long appliedIndex) {}

    private final Home home;
    private volatile State state;

    public HeapTables(Home home) {
        this.home = home;
        this.state = new State(home.rows, home.appliedIndex);
    }

    @Override
    public long appliedIndex() {
        return state.appliedIndex();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return state.rows().get(key);
    }

    @Override
    public void write(Batch batch) {
        NavigableMap<byte[], byte[]> rows = new TreeMap<>(state.rows());
        for (Batch.Row row : batch.rows()) {
            if (row.value() == null) {
                rows.remove(row.key());
            } else {
                rows.put(row.key(), row.value());
            }
        }
        state = new State(rows, batch.appliedIndex());
    }

    @Override
    public void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
        NavigableMap<byte[], byte[]> replacement = new TreeMap<>(Arrays::compareUnsigned);
        KeyOrder order = new KeyOrder();
        rows.accept((key, row) -> {
            order.next(key);
            replacement.put(key, row);
            return true;
        });
        state = new State(replacement, appliedIndex);
        checkpoint();
    }

    @Override
    public Snapshot snapshot() {
        State now = state;
        return new HeapSnapshot(now.rows(), now.appliedIndex());
    }

    @Override
    public long checkpoint() {
        State now = state;
        home.rows = now.rows();
        home.appliedIndex = now.appliedIndex();
        return now.appliedIndex();
    }

    @Override
    public void compact(byte[] from, byte[] to) {
        // The heap keeps nothing of what was deleted.
    }

    @Override
    public long sizeBytes() {
        return state.rows().entrySet().stream()
                .mapToLong(row -> row.getKey().length + row.getValue().length)
                .sum();
    }

    @Override
    public void close() {
        // What was not checkpointed is lost, as by a crash.
    }

    private record HeapSnapshot(NavigableMap<byte[], byte[]> rows, long appliedIndex) implements Snapshot {
        @Override
        public byte @Nullable [] get(byte[] key) {
            return rows.get(key);
        }

        @Override
        public void scan(byte[] from, byte[] to, Visitor visitor) {
            visit(rows.subMap(from, true, to, false), visitor);
        }

        @Override
        public void scanDown(byte[] from, byte[] to, Visitor visitor) {
            visit(rows.subMap(from, true, to, false).descendingMap(), visitor);
        }

        private static void visit(Map<byte[], byte[]> range, Visitor visitor) {
            for (Map.Entry<byte[], byte[]> row : range.entrySet()) {
                if (!visitor.row(row.getKey(), row.getValue())) {
                    return;
                }
            }
        }

        @Override
        public void close() {}
    }
}
