package dev.mneme.engine.log;

import java.util.Comparator;

/// A place in the log.
///
/// @param segment the segment's sequence number, from 1; 0 stands before all segments
/// @param offset bytes from the beginning of the segment's file
record LogPosition(long segment, long offset) implements Comparable<LogPosition> {
    static final LogPosition START = new LogPosition(0, 0);

    private static final Comparator<LogPosition> ORDER =
            Comparator.comparingLong(LogPosition::segment).thenComparingLong(LogPosition::offset);

    @Override
    public int compareTo(LogPosition other) {
        return ORDER.compare(this, other);
    }

    LogPosition max(LogPosition other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
