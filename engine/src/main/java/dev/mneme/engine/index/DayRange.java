package dev.mneme.engine.index;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Days from one up to, but not including, another.
///
/// @param from the first day
/// @param to the day after the last, later than `from`
record DayRange(LocalDate from, LocalDate to) {
    private static final int MONTH = 31;

    DayRange {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("a range of days must not be empty: " + from + " to " + to);
        }
    }

    /// The day in the middle, or the later one of two; empty for a range longer than a month.
    Optional<LocalDate> middle() {
        long days = ChronoUnit.DAYS.between(from, to);
        return days > MONTH ? Optional.empty() : Optional.of(from.plusDays(days / 2));
    }

    static DayRange of(LocalDate day) {
        return new DayRange(day, day.plusDays(1));
    }
}
