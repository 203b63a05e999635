package dev.mneme.api.mem0;

import dev.mneme.api.http.Request;
import dev.mneme.api.json.JsonReader;
import dev.mneme.api.json.ParsedHeap;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The JSON object that a client sent, read as leniently as mem0's clients need. Members that nobody asks for are not
/// built, and only their syntax is checked. `null` is the same as left out (except for [#says]), and a name may be
/// spelt in camelCase. A member that is asked for and has a wrong type is an `invalid_request` that names it.
///
/// **Threads**: one.
final class Body {
    private final Set<String> names;
    private final Function<String, Json> members;
    private final Map<String, Json> built = new HashMap<>();

    private Body(Set<String> names, Function<String, Json> members) {
        this.names = names;
        this.members = members;
    }

    Body(JsonObject object) {
        this(
                object.members().keySet(),
                name -> Objects.requireNonNull(object.members().get(name)));
    }

    /// @throws MnemeException `invalid_request` when the body is no JSON object
    static Body of(Request request) {
        byte[] bytes = request.body();
        ParsedHeap heap = request.parsedHeap();
        Map<String, JsonReader.Slice> slices = JsonReader.read(bytes, "body", heap, JsonReader::slices);
        return new Body(
                slices.keySet(),
                name -> JsonReader.read(bytes, Objects.requireNonNull(slices.get(name)), "body", name, heap));
    }

    static Body of(Json value, String path) {
        return new Body(object(value, path));
    }

    /// Whether the member is there, even as null.
    boolean says(String name) {
        return names.contains(name) || names.contains(Spelling.camel(name));
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /// A member; null when it is null or left out.
    @Nullable
    Json get(String name) {
        Json value = exactly(names.contains(name) ? name : Spelling.camel(name));
        return value instanceof JsonNull ? null : value;
    }

    /// A member with exactly this spelling, even as null; null when it is left out.
    @Nullable
    Json exactly(String name) {
        return names.contains(name) ? built.computeIfAbsent(name, members) : null;
    }

    @Nullable
    String text(String name) {
        return switch (get(name)) {
            case null -> null;
            case JsonString(String text) -> text;
            default -> throw wrong(name, "must be a string.");
        };
    }

    String needed(String name) {
        String text = text(name);
        if (text == null || text.isBlank()) {
            throw wrong(name, "is needed.");
        }
        return text;
    }

    /// An id, which some clients send as a number.
    @Nullable
    String id(String name) {
        return switch (get(name)) {
            case null -> null;
            case JsonString(String text) -> text;
            case JsonNumber(BigDecimal number) -> whole(name, number);
            default -> throw wrong(name, "must be a string.");
        };
    }

    private static String whole(String name, BigDecimal number) {
        try {
            return number.toBigIntegerExact().toString();
        } catch (ArithmeticException e) {
            throw wrong(name, "must be a string.");
        }
    }

    boolean flag(String name, boolean otherwise) {
        return switch (get(name)) {
            case null -> otherwise;
            case JsonBoolean(boolean flag) -> flag;
            default -> throw wrong(name, "must be true or false.");
        };
    }

    int integer(String name, int least, int most, int otherwise) {
        return switch (get(name)) {
            case null -> otherwise;
            case JsonNumber(BigDecimal number)
            when number.stripTrailingZeros().scale() <= 0
                    && number.compareTo(BigDecimal.valueOf(least)) >= 0
                    && number.compareTo(BigDecimal.valueOf(most)) <= 0 -> number.intValue();
            default -> throw wrong(name, "must be a whole number from " + least + " to " + most + ".");
        };
    }

    /// A number from 0 to 1.
    double share(String name, double otherwise) {
        return switch (get(name)) {
            case null -> otherwise;
            case JsonNumber(BigDecimal number)
            when number.signum() >= 0 && number.compareTo(BigDecimal.ONE) <= 0 -> number.doubleValue();
            default -> throw wrong(name, "must be a number from 0 to 1.");
        };
    }

    @Nullable
    JsonObject object(String name) {
        return switch (get(name)) {
            case null -> null;
            case JsonObject value -> value;
            default -> throw wrong(name, "must be an object.");
        };
    }

    /// A list of strings; a single string may come without the list. Empty when there is none.
    List<String> strings(String name) {
        return switch (get(name)) {
            case null -> List.of();
            case JsonString(String one) -> List.of(one);
            case JsonArray(List<Json> items) -> {
                List<String> texts = new ArrayList<>();
                for (Json item : items) {
                    if (!(item instanceof JsonString(String text))) {
                        throw wrong(name, "must be a list of strings.");
                    }
                    texts.add(text);
                }
                yield List.copyOf(texts);
            }
            default -> throw wrong(name, "must be a list of strings.");
        };
    }

    /// A value that must be an object.
    static JsonObject object(Json value, String path) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw MnemeException.invalid(path, path + " must be a JSON object.");
    }

    static MnemeException wrong(String name, String what) {
        return MnemeException.invalid(name, name + " " + what);
    }
}
