package dev.mneme.core.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The rows of one shard: an ordered map from bytes to bytes that remembers which log index it contains.
///
/// **Promises**, each held by a test of `TablesContract`:
/// - *Atomic*: the rows of a [Batch] and its applied index change together, for readers and through a crash.
/// - *Prefix*: after a crash the rows are those of some earlier applied index, never before the last [#checkpoint].
/// - *Isolated*: a [Snapshot] sees one applied index, however long it is read.
/// - *Replaced whole*: after [#replaceAll] there are either all of the old rows or all of the new ones, for readers and
///   through a crash.
///
/// Keys are ordered by unsigned bytes; the first byte of each is 1 to 254.
///
/// **Threads**: one writer; any number of readers.
///
/// **Failures**: `MnemeException` with `INTEGRITY_VIOLATION` (unreadable rows), `STORAGE_FULL` or `INTERNAL`.
public interface Tables extends AutoCloseable {
    /// The log index that the rows contain; 0 for new tables.
    long appliedIndex();

    byte @Nullable [] get(byte[] key);

    void write(Batch batch);

    /// Replaces all rows, by those of another replica at another index. Durable when it returns. If it fails, nothing
    /// has changed.
    ///
    /// @param appliedIndex the log index that the new rows contain
    /// @param rows shows each of them once to the given visitor, in ascending order of their keys
    /// @throws MnemeException `INTEGRITY_VIOLATION` also when they are not in order
    void replaceAll(long appliedIndex, Consumer<Visitor> rows);

    /// A view that does not change. Close it soon: it holds back the store's own cleaning.
    Snapshot snapshot();

    /// The rows as they lie on the disk, past every cache, for a check whether somebody changed them there. Everything
    /// applied so far is made durable first. It costs an opening of the files.
    default Snapshot stored() {
        return snapshot();
    }

    /// Makes everything applied so far durable.
    ///
    /// @return the applied index that is durable now
    long checkpoint();

    /// Lets the store clean up what deletions left behind in `[from, to)`, after an erasure.
    void compact(byte[] from, byte[] to);

    /// Bytes on the disk (or heap), as nearly as the store knows.
    long sizeBytes();

    @Override
    void close();

    interface Snapshot extends AutoCloseable {
        /// The log index that the view contains.
        long appliedIndex();

        byte @Nullable [] get(byte[] key);

        /// Walks all rows upwards until the visitor says stop.
        default void all(Visitor visitor) {
            scan(new byte[] {1}, new byte[] {(byte) 0xff}, visitor);
        }

        /// Walks the rows of `[from, to)` upwards until the visitor says stop.
        void scan(byte[] from, byte[] to, Visitor visitor);

        /// Walks the rows of `[from, to)` downwards until the visitor says stop.
        void scanDown(byte[] from, byte[] to, Visitor visitor);

        @Override
        void close();
    }

    @FunctionalInterface
    interface Visitor {
        /// @return whether to go on
        boolean row(byte[] key, byte[] value);
    }

    /// Rows to put and keys to delete, in order, with the log index that the tables have afterwards.
    final class Batch {
        /// One row; a null value deletes.
        @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
        public record Row(byte[] key, byte @Nullable [] value) {}

        private final List<Row> rows = new ArrayList<>();
        private long appliedIndex;

        public void put(byte[] key, byte[] value) {
            rows.add(new Row(key, value));
        }

        public void delete(byte[] key) {
            rows.add(new Row(key, null));
        }

        public void appliedIndex(long index) {
            appliedIndex = index;
        }

        public long appliedIndex() {
            return appliedIndex;
        }

        public List<Row> rows() {
            return Collections.unmodifiableList(rows);
        }
    }
}
