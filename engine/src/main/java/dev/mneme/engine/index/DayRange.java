package dev.mneme.engine.index;

import java.time.LocalDate;

/// Days from one, up to but without another.
///
/// @param from the first day
/// @param to the day after the last, later than `from`
record DayRange(LocalDate from, LocalDate to) {
    DayRange {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("a range of days must not be empty: " + from + " to " + to);
        }
    }

    static DayRange of(LocalDate day) {
        return new DayRange(day, day.plusDays(1));
    }
}
