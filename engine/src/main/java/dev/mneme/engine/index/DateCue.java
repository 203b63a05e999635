package dev.mneme.engine.index;

import java.time.LocalDate;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The years, months and days that a query names, and how well a memory's date agrees with them. Days may also be named
/// relative to a day of reference: see [RelativeDates].
///
/// `may` is a month only beside a preposition of time, a day or a year; `mar` never is. Days count only next to the
/// full name of a month.
final class DateCue {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final String FULL =
            "january|february|march|april|june|july|august|september|october|november|december";
    private static final String SHORT = "jan|feb|apr|jun|jul|aug|sept|sep|oct|nov|dec";
    private static final String DAY = "(\\d{1,2})(?:st|nd|rd|th)?";

    private static final Pattern YEAR = compile("(20\\d\\d)");
    private static final Pattern MONTH = compile("(" + FULL + "|" + SHORT + ")");
    private static final Pattern MAY_AFTER = compile("(?:in|of|on|during|since|by|" + DAY + "),?\\s+may");
    private static final Pattern MAY_BEFORE = compile("may,?\\s+(?:the\\s+)?(?:" + DAY + "|20\\d\\d)");
    private static final Pattern DAY_BEFORE = compile(DAY + "(?:\\s+of)?,?\\s+(?:" + FULL + "|may)");
    private static final Pattern DAY_AFTER = compile("(?:" + FULL + "|may),?\\s+(?:the\\s+)?" + DAY);

    /// The most ranges; each memory is compared with each of them.
    private static final int MAX_RANGES = 32;

    private static final int MAY = 5;
    private static final int EARLY_IN_MONTH = 10;
    private static final int DAYS_AFTER = 7;
    private static final double FULL_MARK = 1.5;
    private static final double IN_RANGE = 1.5;
    private static final double AFTER_RANGE = 1;
    private static final double IN_RANGE_TOO = 1 / 3.0;
    private static final int[] NONE = {};

    private final BitSet years;
    private final BitSet months;
    private final BitSet days;

    /// Three packed days for each range: its first, the first after it, and the first on which nobody tells of it any
    /// more.
    private final int[] ranges;

    private DateCue(BitSet years, BitSet months, BitSet days, int[] ranges) {
        this.years = years;
        this.months = months;
        this.days = days;
        this.ranges = ranges;
    }

    /// @param ranges what the query's relative dates mean
    static DateCue of(CharSequence query, List<DayRange> ranges) {
        BitSet months = new BitSet();
        Matcher month = MONTH.matcher(query);
        while (month.find()) {
            String name = month.group(1).substring(0, 3).toLowerCase(Locale.ROOT);
            months.set(MONTHS.indexOf(name) + 1);
        }
        if (MAY_AFTER.matcher(query).find() || MAY_BEFORE.matcher(query).find()) {
            months.set(MAY);
        }
        BitSet days = numbers(DAY_BEFORE, query);
        days.or(numbers(DAY_AFTER, query));
        BitSet years = numbers(YEAR, query);
        return new DateCue(years, months, days, years.isEmpty() ? packed(ranges) : NONE);
    }

    private static int[] packed(List<DayRange> ranges) {
        return ranges.stream()
                .distinct()
                .limit(MAX_RANGES)
                .flatMapToInt(range -> IntStream.of(
                        pack(range.from()), pack(range.to()), pack(range.to().plusDays(DAYS_AFTER))))
                .toArray();
    }

    /// A day as an int that is never 0, and greater for later days; 0 for none.
    static int pack(@Nullable LocalDate date) {
        return date == null ? 0 : date.getYear() << 9 | date.getMonthValue() << 5 | date.getDayOfMonth();
    }

    /// The reverse, for a day that exists.
    static LocalDate unpack(int day) {
        return LocalDate.of(day >> 9, day >> 5 & 15, day & 31);
    }

    /// A pattern of whole words.
    private static Pattern compile(String regex) {
        return Pattern.compile(WordEdges.BEGIN + regex + WordEdges.END, Pattern.CASE_INSENSITIVE);
    }

    private static BitSet numbers(Pattern pattern, CharSequence query) {
        BitSet numbers = new BitSet();
        Matcher matcher = pattern.matcher(query);
        while (matcher.find()) {
            numbers.set(Integer.parseInt(matcher.group(1)));
        }
        return numbers;
    }

    boolean isEmpty() {
        return namesNone() && ranges.length == 0;
    }

    private boolean namesNone() {
        return years.isEmpty() && months.isEmpty();
    }

    /// The part "date", 0 to 1, of a memory; all days are packed.
    ///
    /// @param date the day of the caller's timestamp, which is compared with named years, months and days
    /// @param day the day on which it was told, which is compared with ranges
    /// @param told the days that its text tells of: they are compared with both, and nobody tells of them later
    double part(int date, int day, int... told) {
        if (isEmpty()) {
            return 0;
        }
        double best = together(named(date), inRange(day, true));
        for (int each : told) {
            best = Math.max(best, together(named(each), inRange(each, false)));
        }
        return best / FULL_MARK;
    }

    /// A range beside months says which of them is meant.
    private double together(double named, double inRange) {
        return namesNone() ? inRange : Math.min(FULL_MARK, named + inRange * IN_RANGE_TOO);
    }

    private double inRange(int day, boolean orAfter) {
        double mark = 0;
        for (int i = 0; i < ranges.length && day != 0; i += 3) {
            if (day >= ranges[i] && day < ranges[i + 1]) {
                return IN_RANGE;
            }
            if (orAfter && day >= ranges[i + 1] && day < ranges[i + 2]) {
                mark = AFTER_RANGE;
            }
        }
        return mark;
    }

    private double named(int packed) {
        return packed == 0 || namesNone() ? 0 : mark(packed >> 9, packed >> 5 & 15, packed & 31);
    }

    private double mark(int year, int month, int day) {
        boolean yearFits = years.isEmpty() || (year > 0 && years.get(year));
        if (!yearFits) {
            return 0;
        }
        if (months.isEmpty()) {
            return .3;
        }
        if (months.get(month)) {
            return days.isEmpty() ? 1 : followsDay(day) ? FULL_MARK : .5;
        }
        boolean monthBefore = months.get(month == 1 ? 12 : month - 1);
        return monthBefore && day <= EARLY_IN_MONTH ? .3 : 0;
    }

    private boolean followsDay(int day) {
        int named = days.previousSetBit(day);
        return named >= 0 && day - named <= DAYS_AFTER;
    }
}
