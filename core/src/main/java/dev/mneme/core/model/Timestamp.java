package dev.mneme.core.model;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// When something was said, according to the caller: an instant in milliseconds, and the offset of the clock that
/// showed it.
///
/// Two spellings of one instant are the same time where memories are compared ([#at]). They are not equal as records,
/// since the day depends on the offset.
///
/// @param offset null where the caller gave none. `Z` and `-00:00` give none: they tell the instant, but not the place
///     (RFC 9557, 2); `+00:00` is an offset
public record Timestamp(Instant at, @Nullable ZoneOffset offset) {
    private static final DateTimeFormatter WITH_OFFSET = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxxxxx");

    public Timestamp {
        at = at.truncatedTo(ChronoUnit.MILLIS);
    }

    /// An instant without a known offset.
    public static Timestamp of(Instant at) {
        return new Timestamp(at, null);
    }

    /// The day on the caller's calendar; in UTC where no offset is known.
    public LocalDate day() {
        return LocalDate.ofInstant(at, offset == null ? ZoneOffset.UTC : offset);
    }

    /// ISO-8601 with milliseconds, and with the offset, or `Z` where none is known. [Times#timestamp] reads it again.
    @Override
    public String toString() {
        return offset == null ? Times.format(at) : WITH_OFFSET.format(at.atOffset(offset));
    }
}
