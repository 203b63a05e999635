package dev.mneme.engine.index;

import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The years, months and days that a query names, and how well a memory's date agrees with them.
record DateCue(Set<Integer> years, Set<Integer> months, Set<Integer> days) {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final String FULL =
            "january|february|march|april|june|july|august|september|october|november|december";
    private static final String SHORT = "jan|feb|apr|jun|jul|aug|sept|sep|oct|nov|dec";
    private static final String DAY = "(\\d{1,2})(?:st|nd|rd|th)?";

    private static final Pattern YEAR = compile("\\b(20\\d\\d)\\b");
    private static final Pattern MONTH = compile("\\b(" + FULL + "|" + SHORT + ")\\b");
    private static final Pattern MAY_AFTER = compile("\\b(?:in|of|on|during|since|by|" + DAY + "),?\\s+may\\b");
    private static final Pattern MAY_BEFORE = compile("\\bmay,?\\s+(?:the\\s+)?(?:" + DAY + "|20\\d\\d)\\b");
    private static final Pattern DAY_BEFORE = compile("\\b" + DAY + "(?:\\s+of)?,?\\s+(?:" + FULL + "|may)\\b");
    private static final Pattern DAY_AFTER = compile("\\b(?:" + FULL + "|may),?\\s+(?:the\\s+)?" + DAY + "\\b");

    private static final int MAY = 5;
    private static final int LAST_DAY_OF_EARLY_MONTH = 10;
    private static final int DAYS_AFTER = 7;
    private static final double FULL_MARK = 1.5;

    DateCue {
        years = Set.copyOf(years);
        months = Set.copyOf(months);
        days = Set.copyOf(days);
    }

    static DateCue of(String query) {
        Set<Integer> months = new HashSet<>();
        Matcher month = MONTH.matcher(query);
        while (month.find()) {
            String name = month.group(1).substring(0, 3).toLowerCase(Locale.ROOT);
            months.add(MONTHS.indexOf(name) + 1);
        }
        if (MAY_AFTER.matcher(query).find() || MAY_BEFORE.matcher(query).find()) {
            months.add(MAY);
        }
        Set<Integer> days = numbers(DAY_BEFORE, query);
        days.addAll(numbers(DAY_AFTER, query));
        days.removeIf(day -> day < 1 || day > 31);
        return new DateCue(numbers(YEAR, query), months, days);
    }

    private static Pattern compile(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
    }

    private static Set<Integer> numbers(Pattern pattern, String query) {
        Set<Integer> numbers = new HashSet<>();
        Matcher matcher = pattern.matcher(query);
        while (matcher.find()) {
            numbers.add(Integer.parseInt(matcher.group(1)));
        }
        return numbers;
    }

    boolean isEmpty() {
        return years.isEmpty() && months.isEmpty();
    }

    /// The part "date", 0 to 1.
    double part(@Nullable LocalDate date) {
        return date == null || isEmpty() ? 0 : mark(date) / FULL_MARK;
    }

    private double mark(LocalDate date) {
        boolean yearFits = years.isEmpty() || years.contains(date.getYear());
        if (months.isEmpty()) {
            return yearFits ? .3 : 0;
        }
        if (!yearFits) {
            return 0;
        }
        if (months.contains(date.getMonthValue())) {
            return days.isEmpty() ? 1 : nearDay(date.getDayOfMonth()) ? FULL_MARK : .5;
        }
        boolean monthBefore = months.contains(date.getMonth().minus(1).getValue());
        return monthBefore && date.getDayOfMonth() <= LAST_DAY_OF_EARLY_MONTH ? .3 : 0;
    }

    private boolean nearDay(int day) {
        return days.stream().anyMatch(d -> day >= d && day - d <= DAYS_AFTER);
    }
}
