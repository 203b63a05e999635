package dev.mneme.core.memory;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Not;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Filter.Or;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads a filter: `{"AND":[…]}`, `{"OR":[…]}`, `{"NOT":…}`, `{"field": value}` or `{"field": {"operator": value}}`.
/// Members of one object are ANDed. Everything else is an `invalid_request` that names the place.
public final class FilterParser {
    private static final int MAX_CONDITIONS = 1_000;

    /// The most values, in all lists of a filter together.
    private static final int MAX_VALUES = 1_000;

    private static final Map<String, Field> FIELDS = fields();
    private static final Map<String, Operator> OPERATORS = Stream.of(Operator.values())
            .collect(Collectors.toUnmodifiableMap(o -> o.name().toLowerCase(Locale.ROOT), o -> o));
    private static final Set<Operator> ORDERS = Set.of(Operator.GT, Operator.GTE, Operator.LT, Operator.LTE);

    private int conditions;
    private int values;

    private FilterParser() {}

    /// @param path what the filter is called in the request, for error messages
    public static Filter parse(Json json, String path) {
        return new FilterParser().node(json, path, 1);
    }

    private Filter node(Json json, String path, int depth) {
        if (depth > Filter.MAX_DEPTH) {
            throw MnemeException.invalid(path, "A filter may nest " + Filter.MAX_DEPTH + " deep at most.");
        }
        if (!(json instanceof JsonObject(Map<String, Json> members))) {
            throw MnemeException.invalid(
                    path, "A filter must be an object, such as {\"categories\":{\"contains\":\"x\"}}.");
        }
        if (members.isEmpty()) {
            throw MnemeException.invalid(path, "An empty filter is not allowed: leave it out, or name a condition.");
        }
        List<Filter> parts = new ArrayList<>();
        members.forEach((name, value) -> parts.add(member(name, value, path + "." + name, depth)));
        return parts.size() == 1 ? parts.getFirst() : new And(parts);
    }

    private Filter member(String name, Json value, String path, int depth) {
        return switch (name) {
            case "AND" -> new And(nodes(value, path, depth));
            case "OR" -> new Or(nodes(value, path, depth));
            case "NOT" -> not(value, path, depth);
            default -> condition(field(name, path), value, path);
        };
    }

    private Filter not(Json value, String path, int depth) {
        return value instanceof JsonArray
                ? new Not(new Or(nodes(value, path, depth)))
                : new Not(node(value, path, depth + 1));
    }

    private List<Filter> nodes(Json value, String path, int depth) {
        if (!(value instanceof JsonArray(List<Json> items)) || items.isEmpty()) {
            throw MnemeException.invalid(path, path + " must be a list of one or more conditions.");
        }
        List<Filter> parts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            parts.add(node(items.get(i), path + "[" + i + "]", depth + 1));
        }
        return parts;
    }

    private Filter condition(Field field, Json value, String path) {
        if (!(value instanceof JsonObject(Map<String, Json> operators))) {
            return compare(field, Operator.EQ, value, path);
        }
        if (operators.isEmpty()) {
            throw MnemeException.invalid(path, "Name an operator: " + operatorNames() + ".");
        }
        List<Filter> parts = new ArrayList<>();
        operators.forEach((name, operand) -> {
            Operator operator = OPERATORS.get(name);
            if (operator == null) {
                throw MnemeException.invalid(path, "Unknown operator '" + name + "': use " + operatorNames() + ".");
            }
            parts.add(compare(field, operator, operand, path + "." + name));
        });
        return parts.size() == 1 ? parts.getFirst() : new And(parts);
    }

    private Filter compare(Field field, Operator operator, Json value, String path) {
        if (++conditions > MAX_CONDITIONS) {
            throw MnemeException.invalid(path, "A filter may have " + MAX_CONDITIONS + " conditions at most.");
        }
        switch (operator) {
            case IN, NIN -> {
                if (!(value instanceof JsonArray(List<Json> items)) || items.size() > MAX_VALUES) {
                    throw MnemeException.invalid(path, path + " needs a list of up to " + MAX_VALUES + " values.");
                }
                values += items.size();
                if (values > MAX_VALUES) {
                    throw MnemeException.invalid(
                            path, "The lists of a filter may have " + MAX_VALUES + " values together.");
                }
                items.forEach(item -> checkOperand(field, operator, item, path));
            }
            case EXISTS -> {
                if (!(value instanceof JsonBoolean)) {
                    throw MnemeException.invalid(path, path + " needs true or false.");
                }
            }
            default -> checkOperand(field, operator, value, path);
        }
        return new Compare(field, operator, value);
    }

    private static void checkOperand(Field field, Operator operator, Json value, String path) {
        if (value instanceof Json.JsonNull) {
            if (ORDERS.contains(operator)) {
                throw MnemeException.invalid(path, path + " cannot be compared with null.");
            }
            return;
        }
        switch (field) {
            case Field.Metadata metadata -> {}
            case Field.Scope scope -> requireString(value, path);
            case Field.Named(Name name) -> {
                switch (name) {
                    case TIMESTAMP, CREATED_AT, UPDATED_AT, EXPIRES_AT -> {
                        if (Times.read(value) == null) {
                            throw MnemeException.invalid(
                                    path, path + " needs an ISO-8601 time or epoch milliseconds, years 1 to 9999.");
                        }
                    }
                    case VERSION -> {
                        if (!(value instanceof Json.JsonNumber)) {
                            throw MnemeException.invalid(path, path + " needs a number.");
                        }
                    }
                    case ID, TEXT, ROLE, CATEGORIES, REPLACED_BY -> requireString(value, path);
                }
            }
        }
    }

    private static void requireString(Json value, String path) {
        if (!(value instanceof Json.JsonString)) {
            throw MnemeException.invalid(path, path + " needs a string.");
        }
    }

    private static Field field(String name, String path) {
        if (name.startsWith("metadata.")) {
            String pointer = name.substring("metadata.".length());
            if (!pointer.startsWith("/") || pointer.length() > 1_024) {
                throw MnemeException.invalid(
                        path,
                        "After 'metadata.' comes a JSON Pointer of up to 1024 characters: metadata./source/kind.");
            }
            return new Field.Metadata(pointer);
        }
        Field field = FIELDS.get(name);
        if (field == null) {
            throw MnemeException.invalid(
                    path,
                    "Unknown field '" + name + "': use AND, OR, NOT, metadata./path or one of "
                            + String.join(
                                    ", ", FIELDS.keySet().stream().sorted().toList()) + ".");
        }
        return field;
    }

    private static String operatorNames() {
        return Stream.of(Operator.values())
                .map(o -> o.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Field> fields() {
        Map<String, Field> fields =
                Stream.of(OwnerKind.values()).collect(Collectors.toMap(OwnerKind::fieldName, Field.Scope::new));
        fields.put("id", new Field.Named(Name.ID));
        fields.put("text", new Field.Named(Name.TEXT));
        fields.put("role", new Field.Named(Name.ROLE));
        fields.put("categories", new Field.Named(Name.CATEGORIES));
        fields.put("timestamp", new Field.Named(Name.TIMESTAMP));
        fields.put("createdAt", new Field.Named(Name.CREATED_AT));
        fields.put("updatedAt", new Field.Named(Name.UPDATED_AT));
        fields.put("expiresAt", new Field.Named(Name.EXPIRES_AT));
        fields.put("version", new Field.Named(Name.VERSION));
        fields.put("replacedBy", new Field.Named(Name.REPLACED_BY));
        return Map.copyOf(fields);
    }
}
