package dev.mneme.api.mem0;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Timestamp;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads and writes times in mem0's forms: seconds since 1970, ISO-8601, and days.
///
/// A memory with the expiration date of a day is shown on that day and hidden from the next one on (UTC), as by mem0's
/// own server.
final class Mem0Times {
    static final Duration DAY = Duration.ofDays(1);

    /// Numbers from here on are milliseconds; as seconds they would be in the year 5138.
    private static final BigDecimal MILLIS = BigDecimal.valueOf(100_000_000_000L);

    private Mem0Times() {}

    /// A point in time; a day is its first moment.
    ///
    /// @throws MnemeException `invalid_request` when it is no time
    static Instant instant(Json value, String path) {
        return timestamp(value, path).at();
    }

    /// As [#instant], with the offset if there is one.
    static Timestamp timestamp(Json value, String path) {
        return needed(Times.timestamp(millis(value)), path);
    }

    /// The moment and zone from which a search is asked; a time without an offset is one of the zone.
    static ZonedDateTime seenFrom(Json value, String path, @Nullable ZoneId zone) {
        String text = millis(value) instanceof JsonString(String time) ? time : Times.format(instant(value, path));
        return needed(Times.seenFrom(text, zone), path);
    }

    private static <T> T needed(@Nullable T time, String path) {
        if (time == null) {
            throw MnemeException.invalid(path, path + " must be seconds since 1970, or an ISO-8601 date or time.");
        }
        return time;
    }

    private static Json millis(Json value) {
        if (value instanceof JsonNumber(BigDecimal number) && number.abs().compareTo(MILLIS) < 0) {
            return new JsonNumber(number.scaleByPowerOfTen(3));
        }
        return value instanceof JsonString(String text) && text.matches("-?[0-9]{5,15}")
                ? millis(new JsonNumber(new BigDecimal(text)))
                : value;
    }

    /// The day, if the value is a day without a time.
    static Optional<LocalDate> day(Json value) {
        if (!(value instanceof JsonString(String text)) || text.length() != 10) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDate.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static Instant start(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    /// When a memory with this expiration date is hidden.
    static Instant expiry(Json value) {
        String path = "expiration_date";
        Instant at = instant(value, path);
        Instant hidden = day(value).isPresent() ? at.plus(DAY) : at;
        if (Times.read(Times.format(hidden)) == null) {
            throw MnemeException.invalid(path, path + " must be before the end of the year 9999.");
        }
        return hidden;
    }

    /// The expiration date of a memory that is hidden from this moment on: a day if it is the end of one, otherwise a
    /// time.
    static @Nullable String expirationDate(@Nullable Instant hidden) {
        if (hidden == null) {
            return null;
        }
        boolean midnight = hidden.toEpochMilli() % DAY.toMillis() == 0;
        return midnight ? LocalDate.ofInstant(hidden.minus(DAY), ZoneOffset.UTC).toString() : Times.format(hidden);
    }
}
