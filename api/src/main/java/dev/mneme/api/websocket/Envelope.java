package dev.mneme.api.websocket;

import dev.mneme.api.json.JsonReader;
import dev.mneme.api.json.ParsedHeap;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ScopeIds;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A client's message. Unknown fields are ignored, as clients do too.
///
/// @param id the client's name for the message, which the server names when it refuses the message
/// @param userId null when missing or empty
/// @param instanceId null when missing or empty
/// @param payload plain JSON values
/// @param length of the message, in characters
record Envelope(
        @Nullable String id,
        String type,
        @Nullable String userId,
        @Nullable String instanceId,
        Map<String, @Nullable Object> payload,
        int length) {
    private static final Set<String> KNOWN = Set.of("id", "type", "userId", "instanceId", "payload");

    /// @param heap counts what is built
    /// @throws MnemeException `invalid_request`
    static Envelope read(String text, ParsedHeap heap) {
        heap.add(2L * text.length()); // the text, and its bytes again
        Map<String, @Nullable Object> fields =
                JsonReader.read(text.getBytes(StandardCharsets.UTF_8), "message", heap, Envelope::fields);
        String type = Fields.string(fields, "type");
        if (type == null) {
            throw MnemeException.invalid("type", "type must say what the message is, for example \"ping\".");
        }
        Object payload = fields.get("payload");
        return new Envelope(
                Fields.string(fields, "id"),
                type,
                Fields.string(fields, "userId"),
                Fields.string(fields, "instanceId"),
                payload == null ? Map.of() : object(payload, "payload"),
                text.length());
    }

    private static Map<String, @Nullable Object> fields(JsonReader in) {
        Map<String, @Nullable Object> fields = new HashMap<>();
        in.object(name -> {
            if (KNOWN.contains(name)) {
                fields.put(name, in.plain());
            } else {
                in.skip();
            }
        });
        return fields;
    }

    @SuppressWarnings("unchecked") // JSON's names are strings
    private static Map<String, @Nullable Object> object(@Nullable Object value, String field) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw MnemeException.invalid(field, field + " must be a JSON object.");
    }

    /// Reads single fields of plain JSON.
    static final class Fields {
        private Fields() {}

        /// The string at `name`; null when it is missing, null or empty.
        ///
        /// @throws MnemeException `invalid_request` when it is not a string, or too long for a name
        static @Nullable String string(Map<?, ?> fields, String name) {
            return switch (fields.get(name)) {
                case null -> null;
                case String text when text.isEmpty() -> null;
                case String text
                when text.length() <= ScopeIds.MAX_ID_LENGTH && text.chars().noneMatch(Character::isISOControl) -> text;
                case String text ->
                    throw MnemeException.invalid(
                            name,
                            name + " must have at most " + ScopeIds.MAX_ID_LENGTH
                                    + " characters and no control characters.");
                default -> throw MnemeException.invalid(name, name + " must be a string.");
            };
        }

        /// The mode of this name.
        static Mode mode(String field, String name) {
            return Mode.of(name)
                    .orElseThrow(() -> MnemeException.invalid(
                            field, field + " must be \"inspired\", \"didactic\" or \"parallel\"."));
        }

        /// The object at `name`; null when it is missing or null.
        static @Nullable JsonObject object(Map<?, ?> fields, String name) {
            return switch (fields.get(name)) {
                case null -> null;
                case Map<?, ?> map -> PlainJson.toJson(map);
                default -> throw MnemeException.invalid(name, name + " must be a JSON object.");
            };
        }

        /// The strings at `name`; none when it is missing or null.
        static List<String> strings(Map<?, ?> fields, String name) {
            return switch (fields.get(name)) {
                case null -> List.of();
                case List<?> list
                when list.stream().allMatch(String.class::isInstance) ->
                    list.stream().map(String.class::cast).toList();
                default -> throw MnemeException.invalid(name, name + " must be an array of strings.");
            };
        }
    }
}
