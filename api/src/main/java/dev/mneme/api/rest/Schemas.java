package dev.mneme.api.rest;

import dev.mneme.api.json.Component;
import dev.mneme.api.json.Constraint;
import dev.mneme.api.json.JsonReader;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Either;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OrNumber;
import dev.mneme.wire.schema.Time;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// JSON Schemas (2020-12, as OpenAPI 3.1 has them) of `wire` records, derived from their components and the annotations
/// on them.
///
/// A record that is both read and answered has only one schema, that of the side which is asked for first. So ask for
/// records that are read before those that are answered.
final class Schemas {
    private static final String REF = "$ref";
    private static final String ONE_OF = "oneOf";
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
            named.put(name, schema(type, request));
        }
        return Map.of(REF, "#/components/schemas/" + name);
    }

    static String name(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return outer == null ? type.getSimpleName() : name(outer) + type.getSimpleName();
    }

    private Map<String, Object> schema(Class<? extends Record> type, boolean request) {
        Map<String, Object> schema = new LinkedHashMap<>();
        List<Component> components = Component.of(type);
        Either either = type.getAnnotation(Either.class);
        if (either == null) {
            schema.put("type", "object");
        }
        Doc doc = type.getAnnotation(Doc.class);
        if (doc != null) {
            schema.put("description", doc.value());
        }
        if (either == null) {
            properties(components, request, schema);
        } else {
            schema.put(
                    ONE_OF,
                    Arrays.stream(either.value())
                            .map(shape -> reference(shape, request))
                            .toList());
        }
        if (doc != null && !doc.example().isEmpty()) {
            schema.put("examples", List.of(json(doc.example())));
        }
        return schema;
    }

    private void properties(List<Component> components, boolean request, Map<String, Object> object) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Component component : components) {
            properties.put(component.name(), property(component, request));
            if (request ? component.required() : !(component.nullable() && component.leftOut())) {
                required.add(component.name());
            }
        }
        object.put("properties", properties);
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        if (request) {
            object.put("additionalProperties", false);
        }
    }

    private Map<String, Object> property(Component component, boolean request) {
        boolean orNull =
                request ? component.given() || component.nullable() : component.nullable() && !component.leftOut();
        Map<String, Object> plain = value(component.value(), request);
        Map<String, Object> property = orNull ? orNull(plain) : plain;
        Doc doc = component.doc();
        if (doc == null) {
            return property;
        }
        property.put("description", doc.value());
        boolean text = component.value().getType() == String.class;
        if (!doc.otherwise().isEmpty()) {
            property.put("default", text ? doc.otherwise() : json(doc.otherwise()));
        }
        if (!doc.example().isEmpty()) {
            property.put("examples", List.of(text ? doc.example() : json(doc.example())));
        }
        return property;
    }

    /// The schema of a value that is not null; the caller may add to it.
    private Map<String, Object> value(AnnotatedType type, boolean request) {
        Map<String, Object> schema = new LinkedHashMap<>(
                type.isAnnotationPresent(Time.class)
                        ? time(request)
                        : type.isAnnotationPresent(OrNumber.class)
                                ? Map.of("type", List.of("string", "integer"))
                                : unconstrained(type, request));
        Constraint.of(type).forEach(constraint -> schema.putAll(constraint.keywords()));
        Form form = type.getAnnotation(Form.class);
        if (form != null) {
            schema.put("pattern", form.value());
        }
        return schema;
    }

    /// Whole floats of 4 bytes, in base64: see `Base64Floats`.
    private static Map<String, Object> base64Floats() {
        Map<String, Object> text = ordered("type", "string", "contentEncoding", "base64");
        text.put("description", "32-bit floats, the lowest byte first, in base64");
        text.put("pattern", "^[A-Za-z0-9+/]{6,}={0,2}$");
        text.put("maxLength", 4 * Math.ceilDiv(EmbeddingSpace.MAX_DIMENSION * Float.BYTES, 3));
        return text;
    }

    private static Map<String, Object> time(boolean request) {
        return request ? Map.of("type", List.of("string", "integer")) : Map.of("type", "string", "format", "date-time");
    }

    private Map<String, Object> unconstrained(AnnotatedType annotated, boolean request) {
        Type type = annotated.getType();
        if (type == String.class) {
            return Map.of("type", "string");
        }
        if (type == boolean.class || type == Boolean.class) {
            return Map.of("type", "boolean");
        }
        if (type == int.class || type == Integer.class) {
            return ordered("type", "integer", "format", "int32");
        }
        if (type == long.class || type == Long.class) {
            return ordered("type", "integer", "format", "int64");
        }
        if (type == double.class || type == Double.class) {
            return ordered("type", "number", "format", "double");
        }
        if (type == float[].class) {
            Map<String, Object> vector =
                    ordered("type", "array", "items", ordered("type", "number", "format", "float"));
            vector.put("minItems", 1);
            vector.put("maxItems", EmbeddingSpace.MAX_DIMENSION);
            return request ? Map.of("oneOf", List.of(vector, base64Floats())) : vector;
        }
        if (Component.raw(type) == List.class) {
            return ordered("type", "array", "items", value(Component.argument(annotated, 0), request));
        }
        if (Component.raw(type) == Map.class) {
            AnnotatedType value = Component.argument(annotated, 1);
            return ordered(
                    "type",
                    "object",
                    "additionalProperties",
                    value.getType() == Object.class ? true : value(value, request));
        }
        if (type instanceof Class<?> record && record.isRecord()) {
            return reference(record.asSubclass(Record.class), request);
        }
        if (type instanceof Class<?> either && either.isSealed()) {
            List<Object> shapes = new ArrayList<>();
            for (Class<?> shape : either.getPermittedSubclasses()) {
                shapes.add(reference(shape.asSubclass(Record.class), request));
            }
            return Map.of(ONE_OF, shapes);
        }
        if (type == Object.class) {
            return Map.of(); // any JSON, null too
        }
        throw new IllegalArgumentException("no schema of " + type);
    }

    private static Map<String, Object> ordered(String first, Object is, String second, Object was) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(first, is);
        map.put(second, was);
        return map;
    }

    /// The schema that takes null, too.
    private static Map<String, Object> orNull(Map<String, Object> schema) {
        Map<String, Object> orNull = new LinkedHashMap<>();
        if (schema.isEmpty()) {
            return orNull;
        }
        if (schema.containsKey(REF) || schema.containsKey("enum") || schema.containsKey(ONE_OF)) {
            orNull.put("anyOf", List.of(schema, Map.of("type", "null")));
            return orNull;
        }
        orNull.putAll(schema);
        List<Object> types = new ArrayList<>(schema.get("type") instanceof List<?> several ? several : List.of());
        if (types.isEmpty() && schema.get("type") instanceof String one) {
            types.add(one);
        }
        types.add("null");
        orNull.put("type", types);
        return orNull;
    }

    private static Object json(String text) {
        return Objects.requireNonNull(PlainJson.of(JsonReader.read(text, "an example")), "null is no example");
    }
}
