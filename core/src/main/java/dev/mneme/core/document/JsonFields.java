package dev.mneme.core.document;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Timestamp;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads a document that a service wrote itself. A missing member is therefore a bug of the program.
public record JsonFields(JsonObject object) {
    public String text(String name) {
        String text = nullableText(name);
        if (text == null) {
            throw new IllegalStateException("a document lacks " + name);
        }
        return text;
    }

    @Nullable
    public String nullableText(String name) {
        return object.members().get(name) instanceof JsonString(String text) ? text : null;
    }

    public int integer(String name) {
        return object.members().get(name) instanceof JsonNumber(BigDecimal value) ? value.intValue() : 0;
    }

    /// False when the member is left out.
    public boolean flag(String name) {
        return new JsonBoolean(true).equals(object.members().get(name));
    }

    @Nullable
    public Instant nullableTime(String name) {
        String text = nullableText(name);
        return text == null ? null : Instant.parse(text);
    }

    @Nullable
    public Timestamp nullableTimestamp(String name) {
        String text = nullableText(name);
        return text == null ? null : Times.timestamp(text);
    }

    /// The object; empty when it is left out.
    public JsonObject object(String name) {
        return object.members().get(name) instanceof JsonObject value ? value : JsonObject.EMPTY;
    }

    /// The objects of the list; none when it is left out.
    public <T> List<T> list(String name, Function<JsonFields, T> item) {
        return object.members().get(name) instanceof JsonArray(List<Json> items)
                ? items.stream()
                        .map(each -> item.apply(new JsonFields((JsonObject) each)))
                        .toList()
                : List.of();
    }

    public List<String> texts(String name) {
        return object.members().get(name) instanceof JsonArray(List<Json> items)
                ? items.stream().map(each -> ((JsonString) each).value()).toList()
                : List.of();
    }

    /// Writes an object, leaving out members that are null.
    public static final class Writer {
        private final Map<String, Json> members = new LinkedHashMap<>();

        public Writer put(String name, @Nullable String text) {
            return put(name, text == null ? null : new JsonString(text));
        }

        public Writer put(String name, int number) {
            return put(name, new JsonNumber(BigDecimal.valueOf(number)));
        }

        public Writer put(String name, @Nullable Instant time) {
            return put(name, time == null ? null : Times.format(time));
        }

        public Writer put(String name, @Nullable Json value) {
            if (value != null) {
                members.put(name, value);
            }
            return this;
        }

        public <T> Writer put(String name, List<T> items, Function<T, Json> item) {
            return put(name, new JsonArray(items.stream().map(item).toList()));
        }

        public JsonObject object() {
            return new JsonObject(members);
        }
    }
}
