package dev.mneme.core.request;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.MnemeException;

/// Counts the bytes of texts and JSON as UTF-8.
///
/// **Failures**: `invalid_request` for a text with half of a surrogate pair, which UTF-8 cannot express.
public final class TextBytes {
    private TextBytes() {}

    /// The bytes of a JSON value, not counting escapes.
    ///
    /// @param field the name of the value, for the error message
    public static long of(String field, Json value) {
        return value.size(text -> of(field, text));
    }

    /// The bytes of a text.
    public static int of(String field, String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                throw MnemeException.invalid(
                        field, field + " must be well-formed Unicode: it has half of a surrogate pair.");
            }
        }
        return bytes;
    }
}
