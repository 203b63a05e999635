package dev.mneme.cli;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Pattern;

/// Times as other programs write them, for the server, which takes ISO-8601 (UTC where no offset is named)
/// and epoch milliseconds. What is no time is left as it is: the server says so.
final class ImportTimes {
    private static final Pattern SHORT_OFFSET = Pattern.compile(".*[0-9][+-][0-9]{2}");
    private static final Pattern FOUR_DIGIT_OFFSET = Pattern.compile(".*:[0-9.]+[+-][0-9]{4}");
    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    /// As milliseconds this is March 1973, as seconds the year 5138.
    private static final BigDecimal FIRST_MILLIS = BigDecimal.valueOf(100_000_000_000L);

    private static final int MOST_DIGITS = 18;

    private ImportTimes() {}

    /// mem0 counts seconds where it gives a number.
    static JsonView time(JsonView time, ImportFormat format) {
        return switch (time.value()) {
            case JsonView.Digits(String digits) when format == ImportFormat.MEM0 -> millis(digits);
            case String text -> new JsonView(iso(text.strip()));
            case null, default -> time;
        };
    }

    private static JsonView millis(String digits) {
        BigDecimal number = new BigDecimal(digits);
        if (number.precision() - number.scale() > MOST_DIGITS) {
            return new JsonView(new JsonView.Digits(digits));
        }
        if (number.abs().compareTo(FIRST_MILLIS) >= 0) {
            return new JsonView(new JsonView.Digits(number.toBigInteger().toString()));
        }
        return new JsonView(
                new JsonView.Digits(number.movePointRight(3).toBigInteger().toString()));
    }

    /// `2024-07-26 10:29:36.63+00`, as databases print it, and `+0000` and ` UTC`.
    private static String iso(String text) {
        if (text.length() > 19 && text.endsWith(" UTC")) {
            return text.substring(0, text.length() - 4) + "Z";
        }
        if (text.length() > 19 && SHORT_OFFSET.matcher(text).matches()) {
            return text + ":00";
        }
        if (text.length() > 19 && FOUR_DIGIT_OFFSET.matcher(text).matches()) {
            return text.substring(0, text.length() - 2) + ":" + text.substring(text.length() - 2);
        }
        return text;
    }

    /// mem0 shows a memory on the day of its expiration date, and hides it from the next one on.
    static JsonView endOfDay(JsonView date, ImportFormat format) {
        if (date.value() instanceof String text && DAY.matcher(text).matches()) {
            try {
                return new JsonView(LocalDate.parse(text).plusDays(1) + "T00:00:00Z");
            } catch (DateTimeException noDay) {
                return date;
            }
        }
        return time(date, format);
    }
}
