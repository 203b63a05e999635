package dev.mneme.core.model;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// When something was said, by the caller's account: an instant, in milliseconds, and the offset of the clock that it
/// was read from.
///
/// Two spellings of one instant are the same time where memories are compared ([#at]). They are not equal, since a
/// day depends on the offset.
///
/// @param offset null where the caller named none. `Z` and `-00:00` name none: they tell an instant, and nothing of
///     the place (RFC 9557, 2); `+00:00` is one
public record Timestamp(Instant at, @Nullable ZoneOffset offset) {
    private static final DateTimeFormatter WITH_OFFSET = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxxxxx");

    public Timestamp {
        at = at.truncatedTo(ChronoUnit.MILLIS);
    }

    /// An instant of which no offset is known.
    public static Timestamp of(Instant at) {
        return new Timestamp(at, null);
    }

    /// The day that the caller's calendar showed; that of UTC where no offset is known.
    public LocalDate day() {
        return LocalDate.ofInstant(at, offset == null ? ZoneOffset.UTC : offset);
    }

    /// ISO-8601 with milliseconds: with the offset, or with `Z` where none is known. [Times#timestamp] reads it again.
    @Override
    public String toString() {
        return offset == null ? Times.format(at) : WITH_OFFSET.format(at.atOffset(offset));
    }
}
