package dev.mneme.core.model;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// An immutable JSON value. Equality is JSON's: objects ignore the order of members, and numbers compare by value (`1`
/// equals `1.0`).
public sealed interface Json {
    /// The most digits of an array index.
    int MAX_INDEX_DIGITS = 9;

    /// About how many characters it has as JSON text, not counting escapes.
    default long size() {
        return size(String::length);
    }

    /// How many bytes it has as UTF-8, not counting escapes. Limits are measured in these.
    default long utf8Size() {
        return size(Json::utf8Size);
    }

    /// About how large it is as JSON text.
    ///
    /// @param text measures keys and strings
    default long size(ToIntFunction<String> text) {
        return switch (this) {
            case JsonObject(Map<String, Json> members) -> {
                long sum = 2;
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    sum += text.applyAsInt(member.getKey())
                            + 4L
                            + member.getValue().size(text);
                }
                yield sum;
            }
            case JsonArray(List<Json> items) -> {
                long sum = 2;
                for (Json item : items) {
                    sum += 1 + item.size(text);
                }
                yield sum;
            }
            case JsonString(String value) -> 2L + text.applyAsInt(value);
            case JsonNumber number -> number.value().precision();
            case JsonBoolean bool -> 5;
            case JsonNull none -> 4;
        };
    }

    private static int utf8Size(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                bytes += 2; // half of a pair, which is four bytes
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        return bytes;
    }

    /// The members are in the order in which they came.
    record JsonObject(Map<String, Json> members) implements Json {
        public static final JsonObject EMPTY = new JsonObject(Map.of());

        public JsonObject {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /// Applies a merge patch (RFC 7396): members of the patch replace this object's, `null` removes, objects merge.
        public JsonObject mergePatch(JsonObject patch) {
            Map<String, Json> merged = new LinkedHashMap<>(members);
            patch.members.forEach((name, value) -> {
                switch (value) {
                    case JsonNull none -> merged.remove(name);
                    case JsonObject object -> {
                        JsonObject base = merged.get(name) instanceof JsonObject ours ? ours : EMPTY;
                        merged.put(name, base.mergePatch(object));
                    }
                    default -> merged.put(name, value);
                }
            });
            return new JsonObject(merged);
        }
    }

    record JsonArray(List<Json> items) implements Json {
        public JsonArray {
            items = List.copyOf(items);
        }
    }

    record JsonString(String value) implements Json {}

    record JsonNumber(BigDecimal value) implements Json {
        @Override
        public boolean equals(Object other) {
            return other instanceof JsonNumber(BigDecimal theirs) && value.compareTo(theirs) == 0;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(value.doubleValue());
        }
    }

    record JsonBoolean(boolean value) implements Json {}

    record JsonNull() implements Json {}

    /// The value at a JSON Pointer (RFC 6901); `""` is the whole.
    default Optional<Json> at(String pointer) {
        Json here = this;
        for (String step : steps(pointer)) {
            here = here.member(step);
            if (here == null) {
                return Optional.empty();
            }
        }
        return Optional.of(here);
    }

    /// The names that a JSON Pointer goes through, from the top down.
    static List<String> steps(String pointer) {
        if (pointer.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(pointer.substring(1).split("/", -1))
                .map(step -> step.replace("~1", "/").replace("~0", "~"))
                .toList();
    }

    /// The member of this name of an object, or the item at this index of an array; null if there is none.
    default @Nullable Json member(String name) {
        return switch (this) {
            case JsonObject object -> object.members().get(name);
            case JsonArray array -> {
                int index = index(name);
                yield index >= 0 && index < array.items().size() ? array.items().get(index) : null;
            }
            default -> null;
        };
    }

    /// The index as JSON Pointers write it; -1 for anything else.
    private static int index(String name) {
        if (name.isEmpty() || name.length() > MAX_INDEX_DIGITS || (name.length() > 1 && name.charAt(0) == '0')) {
            return -1;
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return -1;
            }
        }
        return Integer.parseInt(name);
    }
}
