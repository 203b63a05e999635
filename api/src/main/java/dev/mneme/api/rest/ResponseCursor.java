package dev.mneme.api.rest;

import dev.mneme.core.model.MnemeException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a page of response sources ended: the order and the last record's sequence.
final class ResponseCursor {
    private static final Pattern FORM = Pattern.compile("([no])([1-9][0-9]{0,17})");

    private ResponseCursor() {}

    static String text(long sequence, boolean newestFirst) {
        return (newestFirst ? "n" : "o") + sequence;
    }

    /// @throws MnemeException `invalid_request` for a text that is no cursor, or one of the other order
    static @Nullable Long read(@Nullable String cursor, boolean newestFirst) {
        if (cursor == null) {
            return null;
        }
        Matcher parts = FORM.matcher(cursor);
        if (!parts.matches()) {
            throw MnemeException.invalid("cursor", "cursor must be the nextCursor of an earlier answer.");
        }
        if (parts.group(1).equals("n") != newestFirst) {
            throw MnemeException.invalid("cursor", "This cursor is of another order: send the order it was made with.");
        }
        return Long.valueOf(parts.group(2));
    }
}
