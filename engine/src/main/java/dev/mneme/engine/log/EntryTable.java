package dev.mneme.engine.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where the entries of one shard lie that can be read, in the order of their indexes: 8 bytes an entry, and a run
/// for each stretch of dense indexes of one term. Entries are numbered by slots, which are never used twice.
///
/// Not thread-safe: guarded by whoever holds it.
final class EntryTable {
    private static final int OFFSET_BITS = 31;
    private static final int FEWEST = 16;

    private final List<Run> runs = new ArrayList<>();
    private long[] places = new long[FEWEST];
    private int head;
    private long first;
    private long end;

    /// Entries from a slot on: dense, and of one term.
    private record Run(long slot, long index, long term) {}

    boolean isEmpty() {
        return first == end;
    }

    /// The slot of the first entry.
    long first() {
        return first;
    }

    /// The slot after the last entry.
    long end() {
        return end;
    }

    /// @param index above the last one's
    void add(long index, long term, LogPosition place) {
        Run run = runs.isEmpty() ? null : runs.getLast();
        if (run == null || run.term() != term || index != run.index() + (end - run.slot())) {
            runs.add(new Run(end, index, term));
        }
        int size = (int) (end - first);
        if (head + size == places.length) {
            makeRoom(size);
        }
        places[head + size] = place.segment() << OFFSET_BITS | place.offset();
        end++;
    }

    private void makeRoom(int size) {
        long[] from = places;
        if (size > places.length / 2) {
            places = new long[places.length * 2];
        }
        System.arraycopy(from, head, places, 0, size);
        head = 0;
    }

    long index(long slot) {
        Run run = runs.get(runOf(slot));
        return run.index() + (slot - run.slot());
    }

    long term(long slot) {
        return runs.get(runOf(slot)).term();
    }

    LogPosition place(long slot) {
        long place = places[head + (int) (slot - first)];
        return new LogPosition(place >>> OFFSET_BITS, place & (1L << OFFSET_BITS) - 1);
    }

    private int runOf(long slot) {
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.get(middle).slot() <= slot) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /// The slot of the first entry at or above an index; [#end] when there is none.
    long slotFrom(long index) {
        long low = first;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (index(middle) < index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// The slot after the last entry that lies in a segment or an older one.
    long slotAfter(long segment) {
        long low = first;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (place(middle).segment() <= segment) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Forgets the entries from a slot on.
    void cutFrom(long slot) {
        end = slot;
        while (!runs.isEmpty() && runs.getLast().slot() >= slot) {
            runs.removeLast();
        }
    }

    /// Forgets the entries before a slot.
    void dropBefore(long slot) {
        if (slot >= end) {
            runs.clear();
        } else {
            int run = runOf(slot);
            runs.set(run, new Run(slot, index(slot), runs.get(run).term()));
            runs.subList(0, run).clear();
        }
        head += (int) (slot - first);
        first = slot;
        int size = (int) (end - first);
        if (places.length > FEWEST && size < places.length / 4) {
            places = Arrays.copyOfRange(places, head, head + Math.max(FEWEST, size * 2));
            head = 0;
        }
    }
}
