package dev.mneme.engine.log;

import java.util.Arrays;

/// Where the recovered entries of one shard lie: dense, from [#first] on. Eight bytes an entry, dropped at the
/// shard's first proposal. Not thread-safe: published by the log that holds it.
final class EntryTable {
    private static final int OFFSET_BITS = 31;

    private long first;
    private long[] places = new long[16];
    private int size;

    EntryTable(long first) {
        this.first = first;
    }

    long first() {
        return first;
    }

    /// The index after the last one held.
    long next() {
        return first + size;
    }

    void add(long segment, long offset) {
        if (size == places.length) {
            places = Arrays.copyOf(places, size * 2);
        }
        places[size++] = segment << OFFSET_BITS | offset;
    }

    LogPosition place(long index) {
        long place = places[Math.toIntExact(index - first)];
        return new LogPosition(place >>> OFFSET_BITS, place & (1L << OFFSET_BITS) - 1);
    }

    /// Forgets the entries at or above `index`.
    void cutBack(long index) {
        size = Math.clamp(index - first, 0, size);
        first = Math.min(first, index);
    }

    /// Forgets everything; the next entry is `index`.
    void restart(long index) {
        first = index;
        size = 0;
    }
}
