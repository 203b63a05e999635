package dev.mneme.core.service;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a memory's parts must be like, whoever brings them.
final class MemoryChecks {
    private static final int MAX_CATEGORIES = 100;
    private static final int MAX_SHORT = 128;

    private final Limits limits;

    MemoryChecks(Limits limits) {
        this.limits = limits;
    }

    void text(String text) {
        if (text.isBlank()) {
            throw MnemeException.invalid("text", "text must not be empty.");
        }
        if (wellFormed("text", text) > limits.textBytes()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, "text", "text may have " + limits.textBytes() + " bytes as UTF-8 at most.");
        }
    }

    void role(@Nullable String role) {
        shortText("role", role);
    }

    void name(@Nullable String name) {
        shortText("name", name);
    }

    void categories(@Nullable List<String> categories) {
        if (categories == null) {
            return;
        }
        if (categories.size() > MAX_CATEGORIES) {
            throw MnemeException.invalid("categories", "A memory may have " + MAX_CATEGORIES + " categories at most.");
        }
        categories.forEach(category -> shortText("categories", category));
    }

    void metadata(@Nullable JsonObject metadata) {
        if (metadata != null && size(metadata) > limits.metadataBytes()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, "metadata", "metadata may have " + limits.metadataBytes() + " bytes at most.");
        }
    }

    private static void shortText(String field, @Nullable String text) {
        if (text == null) {
            return;
        }
        if (text.isBlank() || text.length() > MAX_SHORT) {
            throw MnemeException.invalid(field, field + " must have 1 to " + MAX_SHORT + " characters.");
        }
        wellFormed(field, text);
    }

    /// How many bytes a JSON value takes, as UTF-8, escapes aside.
    private static long size(Json value) {
        return switch (value) {
            case JsonObject(Map<String, Json> members) -> {
                long sum = 2;
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    sum += wellFormed("metadata", member.getKey()) + 4L + size(member.getValue());
                }
                yield sum;
            }
            case JsonArray(List<Json> items) -> {
                long sum = 2;
                for (Json item : items) {
                    sum += 1 + size(item);
                }
                yield sum;
            }
            case JsonString(String text) -> 2L + wellFormed("metadata", text);
            case Json.JsonNumber number -> number.value().precision();
            case Json.JsonBoolean bool -> 5;
            case Json.JsonNull none -> 4;
        };
    }

    /// The length as UTF-8.
    private static int wellFormed(String field, String text) {
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
