package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Reads times as callers write them, and writes them as answers have them: milliseconds, UTC, the years 1 to 9999.
public final class Times {
    private static final DateTimeFormatter OUT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");
    private static final int DATE_LENGTH = 10;
    private static final int LEAST_DIGITS = 5;
    private static final int MOST_DIGITS = 15;

    private Times() {}

    public static String format(Instant at) {
        return OUT.format(at);
    }

    /// Reads ISO-8601 (a date; a date and time, UTC when it names no offset) or epoch milliseconds.
    ///
    /// @return null when it is neither, or outside the years 1 to 9999
    public static @Nullable Instant read(Json value) {
        Timestamp timestamp = timestamp(value);
        return timestamp == null ? null : timestamp.at();
    }

    /// As [#read(Json)], for a string; a string of digits is epoch milliseconds.
    public static @Nullable Instant read(String text) {
        Timestamp timestamp = timestamp(text);
        return timestamp == null ? null : timestamp.at();
    }

    /// As [#read(Json)], together with the offset if one is given.
    public static @Nullable Timestamp timestamp(Json value) {
        return switch (value) {
            case JsonString(String text) -> timestamp(text);
            case JsonNumber(BigDecimal millis) -> ofMillis(millis);
            default -> null;
        };
    }

    /// As [#read(String)], together with the offset if one is given.
    public static @Nullable Timestamp timestamp(String text) {
        Written written = written(text);
        return written == null
                ? null
                : inRange(written.local.toInstant(written.clock()), written.names() ? written.offset : null);
    }

    /// The moment and zone from which a query's dates are seen. The time is read as by [#timestamp(String)]; the zone
    /// is the given one, else the time's own offset, else UTC. A time without an offset is one of the zone.
    ///
    /// @return null when it is no time
    public static @Nullable ZonedDateTime seenFrom(String text, @Nullable ZoneId zone) {
        Written written = written(text);
        if (written == null) {
            return null;
        }
        ZoneId place = zone != null ? zone : written.clock();
        Instant at = written.offset == null
                ? written.local.atZone(place).toInstant()
                : written.local.toInstant(written.offset);
        Timestamp checked = inRange(at, null);
        return checked == null ? null : checked.at().atZone(place);
    }

    /// A time zone by its IANA name, or an offset such as `+02:00`.
    ///
    /// @param field the name of the field, for the error message
    /// @throws MnemeException `invalid_request` when it is neither
    public static ZoneId zone(String field, String name) {
        boolean offset = name.startsWith("+") || name.startsWith("-");
        try {
            if (offset || ZoneId.getAvailableZoneIds().contains(name)) {
                return ZoneId.of(name);
            }
        } catch (DateTimeException noOffset) {
            // said below
        }
        throw MnemeException.invalid(
                field, field + " must be the IANA name of a time zone, such as Europe/Berlin, or an offset: +02:00.");
    }

    /// @param offset null where none is given
    /// @param names whether the offset tells of a place: `Z` and `-00:00` do not
    private record Written(LocalDateTime local, @Nullable ZoneOffset offset, boolean names) {
        ZoneOffset clock() {
            return offset == null ? ZoneOffset.UTC : offset;
        }
    }

    private static @Nullable Written written(String text) {
        try {
            if (isDigits(text)) {
                Instant at = Instant.ofEpochMilli(Long.parseLong(text));
                return new Written(LocalDateTime.ofInstant(at, ZoneOffset.UTC), ZoneOffset.UTC, false);
            }
            if (text.length() == DATE_LENGTH) {
                return new Written(LocalDate.parse(text).atStartOfDay(), null, false);
            }
            int end = endOfTime(text);
            String iso = text.substring(0, end);
            LocalDateTime local = LocalDateTime.parse(
                    iso.length() > DATE_LENGTH && iso.charAt(DATE_LENGTH) == ' ' ? iso.replaceFirst(" ", "T") : iso);
            return end == text.length()
                    ? new Written(local, null, false)
                    : new Written(local, offset(text.substring(end)), names(text.substring(end)));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static boolean isDigits(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        int digits = text.length() - start;
        return digits >= LEAST_DIGITS
                && digits <= MOST_DIGITS
                && text.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
    }

    /// Where the offset begins, or the length.
    private static int endOfTime(String text) {
        for (int i = DATE_LENGTH; i < text.length(); i++) {
            if ("Zz+-".indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    /// `Z`, `+hh`, `+hhmm`, `+hh:mm` and with seconds.
    private static ZoneOffset offset(String text) {
        if (text.length() == 2) {
            throw new DateTimeException("an offset has two digits of hours");
        }
        return text.equals("z") ? ZoneOffset.UTC : ZoneOffset.of(text);
    }

    private static boolean names(String offset) {
        boolean unknown = offset.startsWith("-") && offset(offset).equals(ZoneOffset.UTC);
        return !unknown && !offset.equals("Z") && !offset.equals("z");
    }

    private static @Nullable Timestamp ofMillis(BigDecimal millis) {
        if (millis.abs().compareTo(BigDecimal.valueOf(1_000_000_000_000_000L)) > 0) {
            return null;
        }
        return inRange(Instant.ofEpochMilli(millis.longValue()), null);
    }

    private static @Nullable Timestamp inRange(Instant at, @Nullable ZoneOffset offset) {
        return at.isBefore(FIRST) || at.isAfter(LAST) ? null : new Timestamp(at.truncatedTo(ChronoUnit.MILLIS), offset);
    }
}
