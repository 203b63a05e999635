package dev.mneme.core.service;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import java.util.List;
import java.util.Map;

/// How many bytes JSON takes as UTF-8, escapes aside.
final class JsonSize {
    private JsonSize() {}

    /// @param field what the value is called in messages
    /// @throws MnemeException `invalid_request` for half of a surrogate pair
    static long of(String field, Json value) {
        return switch (value) {
            case JsonObject(Map<String, Json> members) -> {
                long sum = 2;
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    sum += ofText(field, member.getKey()) + 4L + of(field, member.getValue());
                }
                yield sum;
            }
            case JsonArray(List<Json> items) -> {
                long sum = 2;
                for (Json item : items) {
                    sum += 1 + of(field, item);
                }
                yield sum;
            }
            case JsonString(String text) -> 2L + ofText(field, text);
            case Json.JsonNumber number -> number.value().precision();
            case Json.JsonBoolean bool -> 5;
            case Json.JsonNull none -> 4;
        };
    }

    static boolean isBroken(String text) {
        return utf8(text) < 0;
    }

    /// The length as UTF-8.
    static int ofText(String field, String text) {
        int bytes = utf8(text);
        if (bytes < 0) {
            throw MnemeException.invalid(
                    field, field + " must be well-formed Unicode: it has half of a surrogate pair.");
        }
        return bytes;
    }

    /// @return -1 for half of a surrogate pair
    private static int utf8(String text) {
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
                return -1;
            }
        }
        return bytes;
    }
}
