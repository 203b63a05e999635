package dev.mneme.cli.imports;

import dev.mneme.client.JsonView;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Pattern;

/// Turns times as other programs write them into forms that the server takes: ISO-8601 (in UTC where there is no
/// offset) and epoch milliseconds. A text that is no time is left as it is, and the server refuses it.
final class ImportTimes {
    private static final Pattern SHORT_OFFSET = Pattern.compile(".*[0-9][+-][0-9]{2}");
    private static final Pattern FOUR_DIGIT_OFFSET = Pattern.compile(".*:[0-9.]+[+-][0-9]{4}");
    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    /// As milliseconds this is March 1973, as seconds the year 5138.
    private static final BigDecimal FIRST_MILLIS = BigDecimal.valueOf(100_000_000_000L);

    /// Numbers that were written as strings.
    private static final Pattern DIGITS = Pattern.compile("-?[0-9]{5,15}([.][0-9]+)?");

    private static final int MOST_DIGITS = 18;
    private static final int MOST_DECIMALS = 1_000;

    private ImportTimes() {}

    /// A number below 1e11 is seconds, with or without a fraction; a larger one is milliseconds.
    ///
    /// @throws BadField for a number that cannot be a time
    static JsonView time(String field, JsonView time, ImportFormat format) throws BadField {
        return switch (time.value()) {
            case JsonView.Digits(String digits) -> millis(field, digits);
            case String digits when DIGITS.matcher(digits.strip()).matches() -> millis(field, digits.strip());
            case String text -> new JsonView(iso(text.strip()));
            case null, default -> time;
        };
    }

    private static JsonView millis(String field, String digits) throws BadField {
        BigDecimal number = number(field, digits);
        if (number.abs().compareTo(FIRST_MILLIS) >= 0) {
            return new JsonView(new JsonView.Digits(number.toBigInteger().toString()));
        }
        return new JsonView(
                new JsonView.Digits(number.movePointRight(3).toBigInteger().toString()));
    }

    /// A number that is short when it is written out: an exponent alone can ask for gigabytes of digits.
    private static BigDecimal number(String field, String digits) throws BadField {
        try {
            BigDecimal number = new BigDecimal(digits);
            long whole = (long) number.precision() - number.scale();
            if (whole <= MOST_DIGITS && number.scale() <= MOST_DECIMALS && number.scale() >= -MOST_DIGITS) {
                return number;
            }
            throw outOfRange(field);
        } catch (NumberFormatException beyondItsRange) {
            throw outOfRange(field);
        }
    }

    private static BadField outOfRange(String field) {
        return new BadField(field, "It is no time: the number is out of range.");
    }

    /// Times like `2024-07-26 10:29:36.63+00`, as databases print them, also with `+0000` or ` UTC`.
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
    static JsonView endOfDay(String field, JsonView date, ImportFormat format) throws BadField {
        if (date.value() instanceof String text && DAY.matcher(text).matches()) {
            try {
                return new JsonView(LocalDate.parse(text).plusDays(1) + "T00:00:00Z");
            } catch (DateTimeException noDay) {
                return date;
            }
        }
        return time(field, date, format);
    }
}
