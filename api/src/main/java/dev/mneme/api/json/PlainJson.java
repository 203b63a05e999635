package dev.mneme.api.json;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Converts between the core's JSON and plain Java values (`Map`, `List`, `String`, `BigDecimal`, `Boolean`, null),
/// which is how `wire` carries free-form JSON.
public final class PlainJson {
    private PlainJson() {}

    public static @Nullable Object of(Json value) {
        return switch (value) {
            case JsonObject object -> of(object);
            case JsonArray(List<Json> items) -> {
                List<@Nullable Object> list = new ArrayList<>(items.size());
                items.forEach(item -> list.add(of(item)));
                yield list;
            }
            case JsonString(String text) -> text;
            case JsonNumber(BigDecimal number) -> number;
            case JsonBoolean(boolean bool) -> bool;
            case JsonNull none -> null;
        };
    }

    public static Map<String, @Nullable Object> of(JsonObject object) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        object.members().forEach((name, value) -> map.put(name, of(value)));
        return map;
    }

    public static JsonObject toJson(Map<?, ?> map) {
        Map<String, Json> members = new LinkedHashMap<>();
        map.forEach((name, value) -> members.put(String.valueOf(name), toJson(value)));
        return new JsonObject(members);
    }

    /// @throws IllegalArgumentException for a value that JSON does not have
    public static Json toJson(@Nullable Object value) {
        return switch (value) {
            case null -> new JsonNull();
            case Map<?, ?> map -> toJson(map);
            case List<?> list -> {
                List<Json> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(toJson(item)));
                yield new JsonArray(items);
            }
            case String text -> new JsonString(text);
            case BigDecimal number -> new JsonNumber(number);
            case BigInteger number -> new JsonNumber(new BigDecimal(number));
            case Long number -> new JsonNumber(BigDecimal.valueOf(number));
            case Integer number -> new JsonNumber(BigDecimal.valueOf(number));
            case Boolean bool -> new JsonBoolean(bool);
            default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
        };
    }
}
