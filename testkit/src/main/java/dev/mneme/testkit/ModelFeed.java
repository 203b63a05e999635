package dev.mneme.testkit;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.Store.OperatorChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Every owner's changes in one order: the operator's feed of the model. Guarded by the store's lock.
///
/// A cursor is `<epoch>-<index>-<forgotten>`: the last change read, and how many changes had been
/// forgotten when it was given. It is served as long as none of those forgotten since lay ahead of it.
/// A change of an erased owner is not forgotten in that sense: the erasure, which lies further on, says
/// all that is to know of it.
final class ModelFeed {
    private static final Pattern CURSOR = Pattern.compile("([a-z0-9]{1,32})-([0-9]{1,18})-([0-9]{1,9})");

    /// A change at its place among everyone's.
    record Entry(long index, Change change) {}

    private record Cursor(long index, int forgotten) {}

    private final String epoch;
    private final TreeMap<Long, Change> changes = new TreeMap<>();
    private final List<Long> forgotten = new ArrayList<>();
    private long last;

    ModelFeed(String epoch) {
        this.epoch = epoch;
    }

    Entry append(Change change) {
        last++;
        changes.put(last, change);
        return new Entry(last, change);
    }

    /// Drops a change that is no longer retained.
    void forget(Entry entry) {
        changes.remove(entry.index());
        forgotten.add(entry.index());
    }

    /// Drops a change of an owner that is being erased.
    void erase(Entry entry) {
        changes.remove(entry.index());
    }

    String now() {
        return cursor(last);
    }

    OperatorBatch after(String cursor, int limit) {
        Optional<Cursor> given = cursor.isEmpty() ? Optional.of(new Cursor(0, forgotten.size())) : read(cursor);
        Optional<Cursor> from = given.filter(this::served);
        if (from.isEmpty()) {
            long retained =
                    given.map(Cursor::index).filter(index -> index <= last).orElse(0L);
            return new OperatorBatch(List.of(), now(), true, cursor(retained));
        }
        List<OperatorChange> batch = new ArrayList<>();
        long at = from.get().index();
        for (Map.Entry<Long, Change> entry : changes.tailMap(at, false).entrySet()) {
            if (batch.size() == limit) {
                break;
            }
            at = entry.getKey();
            batch.add(new OperatorChange(entry.getValue(), cursor(at)));
        }
        return new OperatorBatch(batch, batch.size() < limit ? now() : cursor(at), false);
    }

    private boolean served(Cursor cursor) {
        return cursor.index() <= last
                && cursor.forgotten() <= forgotten.size()
                && forgotten.subList(cursor.forgotten(), forgotten.size()).stream()
                        .noneMatch(index -> index > cursor.index());
    }

    private String cursor(long index) {
        return epoch + "-" + index + "-" + forgotten.size();
    }

    /// @return empty for a cursor of another epoch
    private Optional<Cursor> read(String cursor) {
        Matcher m = CURSOR.matcher(cursor);
        if (!m.matches()) {
            throw MnemeException.at(
                    ErrorCode.INVALID_REQUEST, "after", "This is no cursor of the operator's feed: use one it gave.");
        }
        return m.group(1).equals(epoch)
                ? Optional.of(new Cursor(Long.parseLong(m.group(2)), Integer.parseInt(m.group(3))))
                : Optional.empty();
    }
}
