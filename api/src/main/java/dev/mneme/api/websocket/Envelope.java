package dev.mneme.api.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ScopeIds;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A client's message. Fields that are not known are passed over, as both sides do.
///
/// @param id the client's name for the message; said back where it was refused
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
    private static final int MAX_DEPTH = 64;
    private static final int MAX_DIGITS = 400;
    private static final ObjectReader READER = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool()) // the default keeps buffers per thread
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_DIGITS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(Object.class);

    /// @throws MnemeException `invalid_request`
    static Envelope read(String text) {
        Map<?, ?> fields = object(parse(text), "message");
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

    private static @Nullable Object parse(String text) {
        try {
            Object value = READER.readValue(text);
            check(value);
            return value;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " (at character " + at.getCharOffset() + ")";
            throw MnemeException.invalid(
                    "message", "A message must be one JSON object, at most " + MAX_DEPTH + " deep" + where + ".");
        }
    }

    @SuppressWarnings("unchecked") // JSON's names are strings
    private static Map<String, @Nullable Object> object(@Nullable Object value, String field) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw MnemeException.invalid(field, field + " must be a JSON object.");
    }

    /// Half a surrogate pair can be escaped in JSON, but cannot be sent back; nor can a number of a billion
    /// digits.
    private static void check(@Nullable Object value) {
        switch (value) {
            case String text
            when !wellFormed(text) -> throw MnemeException.invalid("message", "Strings must be well-formed Unicode.");
            case Map<?, ?> map ->
                map.forEach((name, each) -> {
                    check(name);
                    check(each);
                });
            case List<?> list -> list.forEach(Envelope::check);
            case BigDecimal number
            when Math.abs((long) number.scale()) > MAX_DIGITS ->
                throw MnemeException.invalid("message", "Numbers must have " + MAX_DIGITS + " digits at most.");
            case null, default -> {}
        }
    }

    private static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /// Reads single fields of plain JSON.
    static final class Fields {
        private Fields() {}

        /// The string at `name`; null when it is missing, null or empty.
        ///
        /// @throws MnemeException `invalid_request` when it is something else, or too long for a name
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
