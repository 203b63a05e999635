package dev.mneme.api.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.wire.Given;
import dev.mneme.wire.Time;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// JSON Schemas (2020-12, as OpenAPI 3.1 has them) of `wire` records, derived from their components.
final class Schemas {
    private final Map<String, Object> named = new TreeMap<>();

    /// Every schema that was referred to, by name.
    Map<String, Object> named() {
        return named;
    }

    /// @param request whether the record is read, so that unknown members are refused
    Map<String, Object> reference(Class<? extends Record> type, boolean request) {
        String name = name(type);
        if (!named.containsKey(name)) {
            named.put(name, Map.of()); // a record may refer to itself
            named.put(name, object(type, request));
        }
        return Map.of("$ref", "#/components/schemas/" + name);
    }

    private static String name(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return outer == null ? type.getSimpleName() : name(outer) + type.getSimpleName();
    }

    private Map<String, Object> object(Class<? extends Record> type, boolean request) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            boolean given = component.getType() == Given.class;
            boolean left = nullable && (request || leftOutWhenNull(type, component));
            Object schema = component.isAnnotationPresent(Time.class)
                    ? time()
                    : schema(given ? argument(component.getGenericType(), 0) : component.getGenericType(), request);
            properties.put(
                    component.getName(),
                    given || (nullable && !left) || (nullable && request) ? orNull(schema) : schema);
            if (!left && !given) {
                required.add(component.getName());
            }
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", "object");
        object.put("properties", properties);
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        if (request) {
            object.put("additionalProperties", false);
        }
        return object;
    }

    private static boolean leftOutWhenNull(Class<?> type, RecordComponent component) {
        return isNonNull(type.getAnnotation(JsonInclude.class))
                || isNonNull(component.getAccessor().getAnnotation(JsonInclude.class));
    }

    private static boolean isNonNull(@Nullable JsonInclude include) {
        return include != null && include.value() == JsonInclude.Include.NON_NULL;
    }

    private static Map<String, Object> time() {
        return Map.of(
                "type", List.of("string", "integer"), "description", "ISO-8601, or epoch milliseconds as a number");
    }

    private Object schema(Type type, boolean request) {
        if (type == String.class) {
            return Map.of("type", "string");
        }
        if (type == boolean.class || type == Boolean.class) {
            return Map.of("type", "boolean");
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return Map.of("type", "integer");
        }
        if (type == double.class || type == Double.class) {
            return Map.of("type", "number");
        }
        if (type == float[].class) {
            return Map.of("type", "array", "items", Map.of("type", "number"), "maxItems", EmbeddingSpace.MAX_DIMENSION);
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return Map.of("type", "array", "items", schema(argument(list, 0), request));
        }
        if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            Type value = argument(map, 1);
            return value == Object.class
                    ? Map.of("type", "object")
                    : Map.of("type", "object", "additionalProperties", schema(value, request));
        }
        if (type instanceof Class<?> record && record.isRecord()) {
            return reference(record.asSubclass(Record.class), request);
        }
        throw new IllegalArgumentException("no schema of " + type);
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    private static Object orNull(Object schema) {
        return Map.of("anyOf", List.of(schema, Map.of("type", "null")));
    }
}
