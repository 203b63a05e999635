package dev.mneme.engine.index;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The days that English phrases such as "yesterday", "last week" or "two months ago" mean, seen from a day of
/// reference. Other languages mean nothing here, nor do words without a length such as "recently".
///
/// | phrase | range |
/// |---|---|
/// | yesterday, today, tomorrow, the day before yesterday, last night, this morning | the day |
/// | last, this, next week, weekend, month, year | the calendar's; weeks begin on Monday (ISO 8601) |
/// | last, this, next summer, June | last: over by then; next: not yet begun; this: now, or of this year |
/// | on Friday, last Friday; next Friday | the nearest before the reference; after it |
/// | three weeks ago, two years from now | the day, or as long as the unit with the day in its middle |
/// | a few days ago | two to five |
/// | the past month, in the last 3 weeks; the next two days | up to the reference, and from it on; with it |
/// | since last week | from its beginning to the reference |
///
/// Seasons are the northern meteorological ones: summer is June to August. An amount has at most four digits.
///
/// The days that texts tell of are stored, so a change to [#told] or [#mayBeIn] must increase [Analyzer#VERSION].
final class RelativeDates {
    static final int MAX_TOLD = 8;

    private static final String AMOUNT = "(?<![\\d.,])(?<!half\\s)(?:\\d{1,4}|a|one|two|three|four|five|six|seven|eight"
            + "|nine|ten|eleven|twelve|(?:a\\s+)?couple(?:\\s+of)?|(?:a\\s+)?few|several)";
    private static final String UNIT = "(?:day|weekend|week|month|year)";
    private static final String WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day";
    private static final String SEASON = "spring|summer|autumn|fall|winter";
    private static final String MONTH =
            "january|february|march|april|june|july|august|september|october|november|december";

    /// "this may" is a verb.
    private static final String PERIOD =
            "weekend|week|month|year|" + SEASON + "|" + MONTH + "|(?<!this\\s)may|" + WEEKDAY;

    private static final Pattern PHRASE = Pattern.compile(
            "(?<![\\p{L}\\p{N}\\p{Mn}_])(?<since>since\\s+)?(?:"
                    + "(?<day>(?:the\\s+)?day\\s+before\\s+yesterday|yesterday|last\\s+night|today|tonight"
                    + "|this\\s+(?:morning|afternoon|evening)|tomorrow|(?:the\\s+)?day\\s+after\\s+tomorrow)"
                    + "|(?<amount>" + AMOUNT + ")\\s+(?<unit>" + UNIT + ")s?\\s+(?<way>ago|from\\s+now)"
                    + "|(?:last|past|previous)\\s+(?<back>" + AMOUNT + ")\\s+(?<backUnit>" + UNIT + ")s?"
                    + "|(?:next|coming)\\s+(?<ahead>" + AMOUNT + ")\\s+(?<aheadUnit>" + UNIT + ")s?"
                    + "|(?:the\\s+(?:last|past)|past)\\s+(?<rolling>week|month|year)"
                    + "|(?<which>this\\s+past|last|past|previous|this|next|coming)\\s+(?<period>" + PERIOD + ")"
                    + "|on\\s+(?<on>" + WEEKDAY + ")"
                    + "|(?:over|during|on|at)\\s+(?<weekend>the\\s+weekend)"
                    + ")(?![\\p{L}\\p{N}\\p{Mn}_])",
            Pattern.CASE_INSENSITIVE);

    /// Every phrase has at least one of these.
    private static final Set<String> SIGNS = Set.of(
            "yesterday",
            "today",
            "tonight",
            "tomorrow",
            "last",
            "past",
            "previous",
            "this",
            "next",
            "coming",
            "ago",
            "now",
            "weekend",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday");

    /// Every phrase has at least one of these, too.
    private static final Set<String> TIMES = Set.of(("yesterday today tonight tomorrow night morning afternoon evening"
                    + " day days weekend weekends week weeks month months year years spring summer autumn fall winter"
                    + " january february march april may june july august september october november december"
                    + " monday tuesday wednesday thursday friday saturday sunday")
            .split(" ", -1));

    private static final LocalDate FIRST = LocalDate.of(1, 1, 1);
    private static final LocalDate LAST = LocalDate.of(9999, 12, 31);
    private static final List<String> NUMBERS =
            List.of("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final int FEW_AT_LEAST = 2;
    private static final int FEW_AT_MOST = 5;
    private static final int SEASON_MONTHS = 3;

    private final LocalDate reference;
    private final LocalDate monday;

    private RelativeDates(LocalDate reference) {
        this.reference = reference;
        this.monday = reference.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }

    /// Whether a text with these words may have such a phrase. It is false for nearly all texts without one, and faster
    /// than [#in].
    ///
    /// @param words in lower case
    static boolean mayBeIn(Collection<String> words) {
        return !Collections.disjoint(words, SIGNS) && !Collections.disjoint(words, TIMES);
    }

    /// The ranges in the order of their phrases; empty if the text has no such phrase.
    ///
    /// @param reference the day on which the text is said. Days before the year 1 and after 9999 are replaced by
    ///     the first or last day of those years
    static List<DayRange> in(CharSequence text, LocalDate reference) {
        return ranges(text, reference, true);
    }

    /// @param bareWeekdays whether "on Friday" counts as a phrase
    private static List<DayRange> ranges(CharSequence text, LocalDate reference, boolean bareWeekdays) {
        List<DayRange> ranges = new ArrayList<>(0);
        Matcher phrase = PHRASE.matcher(text);
        RelativeDates dates = null;
        while (phrase.find()) {
            if (bareWeekdays || phrase.group("on") == null) {
                dates = dates == null ? new RelativeDates(within(reference)) : dates;
                ranges.add(dates.range(phrase));
            }
        }
        return ranges;
    }

    /// The days that a text tells of, besides the one on which it is said: the middle day of each range that is no
    /// longer than a month. At most [#MAX_TOLD], each once. A bare "on Friday" does not count: somebody who asks so
    /// means the one before, but somebody who tells may tell of a plan.
    ///
    /// @param said the day on which the text is said, as for [#in]
    static List<LocalDate> told(CharSequence text, LocalDate said) {
        LocalDate today = within(said);
        return ranges(text, said, false).stream()
                .map(DayRange::middle)
                .flatMap(Optional::stream)
                .filter(day -> !day.equals(today))
                .distinct()
                .limit(MAX_TOLD)
                .toList();
    }

    private static LocalDate within(LocalDate day) {
        return day.isBefore(FIRST) ? FIRST : day.isBefore(LAST) ? day : LAST;
    }

    private DayRange range(Matcher phrase) {
        DayRange range = resolve(phrase);
        boolean since = phrase.group("since") != null && !range.from().isAfter(reference);
        return since ? new DayRange(range.from(), reference.plusDays(1)) : range;
    }

    private DayRange resolve(Matcher phrase) {
        if (phrase.group("day") != null) {
            return DayRange.of(reference.plusDays(days(words(phrase, "day"))));
        }
        if (phrase.group("amount") != null) {
            int way = words(phrase, "way").equals("ago") ? -1 : 1;
            return around(words(phrase, "amount"), words(phrase, "unit"), way);
        }
        if (phrase.group("back") != null) {
            return back(most(words(phrase, "back")), words(phrase, "backUnit"));
        }
        if (phrase.group("ahead") != null) {
            LocalDate end = plus(most(words(phrase, "ahead")), words(phrase, "aheadUnit"));
            return new DayRange(reference, end.plusDays(1));
        }
        if (phrase.group("rolling") != null) {
            return back(1, words(phrase, "rolling"));
        }
        if (phrase.group("on") != null) {
            return DayRange.of(reference.with(TemporalAdjusters.previous(weekday(words(phrase, "on")))));
        }
        if (phrase.group("weekend") != null) {
            LocalDate saturday = reference.with(TemporalAdjusters.previousOrSame(DayOfWeek.SATURDAY));
            return new DayRange(saturday, saturday.plusDays(2));
        }
        return period(which(words(phrase, "which")), words(phrase, "period"));
    }

    private static String words(Matcher phrase, String group) {
        return phrase.group(group).toLowerCase(Locale.ROOT);
    }

    private static int days(String phrase) {
        if (phrase.contains("before")) {
            return -2;
        }
        if (phrase.contains("after")) {
            return phrase.contains("tomorrow") ? 2 : 0; // this afternoon
        }
        return switch (phrase.charAt(0)) {
            case 'y', 'l' -> -1;
            default -> phrase.equals("tomorrow") ? 1 : 0;
        };
    }

    /// A point some units away: the day, or as many days around it as one unit has.
    private DayRange around(String amount, String unit, int way) {
        if (amount.contains("few") || amount.equals("several")) {
            LocalDate one = plus(way * FEW_AT_LEAST, unit);
            LocalDate other = plus(way * FEW_AT_MOST, unit);
            return way < 0 ? new DayRange(other, one.plusDays(1)) : new DayRange(one, other.plusDays(1));
        }
        LocalDate day = plus(way * most(amount), unit);
        return switch (unit) {
            case "day" -> DayRange.of(day);
            case "week" -> new DayRange(day.minusDays(3), day.plusDays(4));
            case "month" -> new DayRange(day.minusDays(15), day.plusDays(16));
            case "year" -> new DayRange(day.minusMonths(6), day.plusMonths(6).plusDays(1));
            default -> weekend(way * most(amount));
        };
    }

    private DayRange back(int amount, String unit) {
        return new DayRange(plus(-amount, unit), reference.plusDays(1));
    }

    private LocalDate plus(int amount, String unit) {
        return switch (unit) {
            case "day" -> reference.plusDays(amount);
            case "month" -> reference.plusMonths(amount);
            case "year" -> reference.plusYears(amount);
            default -> reference.plusWeeks(amount);
        };
    }

    /// The most that an amount may be, for example of "a few".
    private static int most(String amount) {
        if (amount.charAt(0) <= '9') {
            return Integer.parseInt(amount);
        }
        if (amount.contains("couple")) {
            return 2;
        }
        if (amount.contains("few") || amount.equals("several")) {
            return FEW_AT_MOST;
        }
        return Math.max(1, NUMBERS.indexOf(amount) + 1);
    }

    private static int which(String word) {
        return switch (word) {
            case "this" -> 0;
            case "next", "coming" -> 1;
            default -> -1;
        };
    }

    private DayRange period(int which, String period) {
        return switch (period) {
            case "week" -> new DayRange(monday.plusWeeks(which), monday.plusWeeks(which + 1L));
            case "weekend" -> weekend(which);
            case "month" -> {
                LocalDate first = reference.withDayOfMonth(1).plusMonths(which);
                yield new DayRange(first, first.plusMonths(1));
            }
            case "year" -> {
                LocalDate first = reference.withDayOfYear(1).plusYears(which);
                yield new DayRange(first, first.plusYears(1));
            }
            case "spring" -> recurring(which, 3, SEASON_MONTHS);
            case "summer" -> recurring(which, 6, SEASON_MONTHS);
            case "autumn", "fall" -> recurring(which, 9, SEASON_MONTHS);
            case "winter" -> recurring(which, 12, SEASON_MONTHS);
            default -> period.endsWith("day") ? weekday(which, weekday(period)) : recurring(which, month(period), 1);
        };
    }

    /// Saturday and Sunday of a week, counted from the reference's.
    private DayRange weekend(int weeks) {
        LocalDate saturday = monday.plusWeeks(weeks).plusDays(5);
        return new DayRange(saturday, saturday.plusDays(2));
    }

    private DayRange weekday(int which, DayOfWeek weekday) {
        return DayRange.of(
                switch (which) {
                    case -1 -> reference.with(TemporalAdjusters.previous(weekday));
                    case 0 -> monday.with(TemporalAdjusters.nextOrSame(weekday));
                    default -> reference.with(TemporalAdjusters.next(weekday));
                });
    }

    /// The range of something that comes once a year.
    ///
    /// @param which -1: the latest that is over; 1: the first that has not begun; 0: the one that is now, otherwise
    ///     the one that begins in the reference's year
    private DayRange recurring(int which, int firstMonth, int months) {
        LocalDate first = reference.withDayOfMonth(1).withMonth(firstMonth);
        boolean over = !first.plusMonths(months).isAfter(reference);
        boolean begun = !first.isAfter(reference);
        boolean lastYearsIsNow = first.minusYears(1).plusMonths(months).isAfter(reference);
        int years = switch (which) {
            case -1 -> over ? 0 : lastYearsIsNow ? -2 : -1;
            case 0 -> lastYearsIsNow ? -1 : 0;
            default -> begun ? 1 : 0;
        };
        LocalDate start = first.plusYears(years);
        return new DayRange(start, start.plusMonths(months));
    }

    private static int month(String name) {
        return MONTHS.indexOf(name.substring(0, 3)) + 1;
    }

    private static DayOfWeek weekday(String name) {
        return DayOfWeek.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
