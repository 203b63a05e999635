package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Times as callers write them and as we answer: milliseconds, UTC, the years 1 to 9999.
public final class Times {
    private static final DateTimeFormatter OUT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private Times() {}

    public static String format(Instant at) {
        return OUT.format(at);
    }

    /// Reads ISO-8601 (a date; a date and time, UTC when it names no offset) or epoch milliseconds.
    ///
    /// @return null when it is neither, or outside the years 1 to 9999
    public static @Nullable Instant read(Json value) {
        return switch (value) {
            case JsonString(String text) -> read(text);
            case JsonNumber(BigDecimal millis) -> ofMillis(millis);
            default -> null;
        };
    }

    /// As [#read(Json)], of a string; digits alone are epoch milliseconds.
    public static @Nullable Instant read(String text) {
        try {
            if (text.matches("-?[0-9]{5,15}")) {
                return inRange(Instant.ofEpochMilli(Long.parseLong(text)));
            }
            if (text.length() == 10) {
                return inRange(LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC));
            }
            String iso = text.length() > 10 && text.charAt(10) == ' ' ? text.replaceFirst(" ", "T") : text;
            boolean zoned = iso.length() > 10 && iso.substring(10).matches(".*(Z|z|[+-][0-9:]+)");
            return inRange(
                    zoned
                            ? OffsetDateTime.parse(iso).toInstant()
                            : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable Instant ofMillis(BigDecimal millis) {
        if (millis.abs().compareTo(BigDecimal.valueOf(1_000_000_000_000_000L)) > 0) {
            return null;
        }
        return inRange(Instant.ofEpochMilli(millis.longValue()));
    }

    private static @Nullable Instant inRange(Instant at) {
        return at.isBefore(FIRST) || at.isAfter(LAST) ? null : at.truncatedTo(ChronoUnit.MILLIS);
    }
}
