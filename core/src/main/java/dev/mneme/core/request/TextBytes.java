package dev.mneme.core.request;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.MnemeException;

/// How many bytes texts and JSON take as UTF-8.
///
/// **Failures**: `invalid_request` for a text with half of a surrogate pair, which UTF-8 cannot say.
public final class TextBytes {
    private TextBytes() {}

    /// Of a JSON value, escapes aside.
    ///
    /// @param field what the value is called in the message of a failure
    public static long of(String field, Json value) {
        return value.size(text -> of(field, text));
    }

    /// Of a text.
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
