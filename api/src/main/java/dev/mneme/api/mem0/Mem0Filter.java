package dev.mneme.api.mem0;

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
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Reads mem0's filters: `AND`, `OR`, `NOT` (of lists or of one object), fields, and `metadata`. Members of an object
/// must all hold. A bare value means equality, a list means one of its items, and `"*"` means that there is a value;
/// anything else is an object of operators.
///
/// It accepts the filters of both the platform and mem0's own server, in either spelling (`user_id`, `userId`). The two
/// differ in one thing: a name that neither knows is a member of the metadata for the server, and is refused by the
/// platform.
///
/// `contains` on the categories looks for a part of one, in any case, as the platform does. `created_at` is when a
/// memory was told, if its add said so ([TimeCondition]).
///
/// A filter that is empty, or empty somewhere inside, is refused, since it would mean "everything".
final class Mem0Filter {
    private static final int MAX_CONDITIONS = 1_000;

    /// The most values, in all lists of a filter together.
    private static final int MAX_VALUES = 1_000;

    private static final int MAX_NODES = 2 * MAX_CONDITIONS;
    private static final Field FIELD_ID = new Field.Named(Name.ID);
    private static final Field CATEGORIES = new Field.Named(Name.CATEGORIES);
    private static final Map<String, Field> FIELDS = fields();
    private static final Map<String, Operator> OPERATORS = operators();

    private final boolean metadataAtTop;
    private int conditions;
    private int values;
    private int nodes;

    private Mem0Filter(boolean metadataAtTop) {
        this.metadataAtTop = metadataAtTop;
    }

    /// Reads a filter of the platform.
    ///
    /// @param path what the filter is called in the request, for error messages
    static Filter ofPlatform(Json filter, String path) {
        return new Mem0Filter(false).node(filter, path, 1);
    }

    /// Reads a filter of mem0's own server.
    static Filter ofServer(Json filter, String path) {
        return new Mem0Filter(true).node(filter, path, 1);
    }

    /// The condition on one id, which may stand in a query string or beside the filter.
    static Filter of(OwnerKind kind, String id) {
        Field field = new Field.Scope(kind);
        return id.equals(Mem0Scopes.ANY) ? exists(field) : new Compare(field, Operator.EQ, new JsonString(id));
    }

    /// A condition on the metadata, member by member.
    static Filter metadata(JsonObject members, String path) {
        return new Mem0Filter(false).metadataMembers(members, path);
    }

    /// Whether a filter only lets through memories of particular users, agents, apps or runs, or of any of a kind. One
    /// that does not say whose memories it means is refused where it could delete or show much.
    static boolean namesAnEntity(Filter filter) {
        return switch (filter) {
            case And(List<Filter> parts) -> parts.stream().anyMatch(Mem0Filter::namesAnEntity);
            case Or(List<Filter> parts) -> !parts.isEmpty() && parts.stream().allMatch(Mem0Filter::namesAnEntity);
            case Not not -> false;
            case Compare(Field field, Operator operator, Json value) ->
                field instanceof Field.Scope && names(operator, value);
        };
    }

    private static boolean names(Operator operator, Json value) {
        return switch (operator) {
            case EQ -> value instanceof JsonString;
            case IN ->
                value instanceof JsonArray(List<Json> ids) && ids.stream().allMatch(JsonString.class::isInstance);
            case CONTAINS, ICONTAINS -> true;
            case EXISTS -> value.equals(new JsonBoolean(true));
            case NE, NIN, GT, GTE, LT, LTE -> false;
        };
    }

    private Filter node(Json json, String path, int depth) {
        if (depth > Filter.MAX_DEPTH) {
            throw MnemeException.invalid(path, "A filter may nest " + Filter.MAX_DEPTH + " deep at most.");
        }
        if (++nodes > MAX_NODES) {
            throw MnemeException.invalid(path, "A filter may have " + MAX_NODES + " objects at most.");
        }
        if (!(json instanceof JsonObject(Map<String, Json> members))) {
            throw MnemeException.invalid(path, path + " must be an object, such as {\"user_id\": \"alice\"}.");
        }
        if (members.isEmpty()) {
            throw MnemeException.invalid(path, path + " is empty: an empty filter would mean everything.");
        }
        List<Filter> parts = new ArrayList<>();
        members.forEach((name, value) -> parts.add(member(name, value, path + "." + name, depth)));
        return all(parts);
    }

    private static Filter all(List<Filter> parts) {
        return parts.size() == 1 ? parts.getFirst() : new And(parts);
    }

    private Filter member(String name, Json value, String path, int depth) {
        return switch (name) {
            case "AND", "$and" -> all(nodes(value, path, depth));
            case "OR", "$or" -> new Or(nodes(value, path, depth));
            case "NOT", "$not" -> new Not(new Or(nodes(value, path, depth)));
            default -> field(Spelling.snake(name), name, value, path);
        };
    }

    /// A list of filters; a single one may come without the list.
    private List<Filter> nodes(Json value, String path, int depth) {
        if (!(value instanceof JsonArray(List<Json> items))) {
            return List.of(node(value, path, depth + 1));
        }
        if (items.isEmpty()) {
            throw MnemeException.invalid(path, path + " must be a list of one or more filters.");
        }
        List<Filter> parts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            parts.add(node(items.get(i), path + "[" + i + "]", depth + 1));
        }
        return parts;
    }

    private Filter field(String name, String asWritten, Json value, String path) {
        Field field = FIELDS.get(name);
        if (field != null) {
            return condition(field, value, path);
        }
        return switch (name) {
            case "metadata" -> metadataMembers(Body.object(value, path), path);
            case "keywords", "keywords_search" -> keywords(value, path);
            case "memory_ids" -> condition(FIELD_ID, value, path);
            default -> {
                if (!metadataAtTop) {
                    throw unknown(asWritten, path);
                }
                yield condition(metadataField(asWritten), value, path);
            }
        };
    }

    /// A condition on words of the text, in any case: one string, a list one of which must occur, or either of them
    /// behind an operator that looks for a part.
    private Filter keywords(Json value, String path) {
        return switch (value) {
            case JsonArray(List<Json> items) -> {
                if (items.isEmpty()) {
                    throw MnemeException.invalid(path, path + " must be a list of one or more strings.");
                }
                List<Filter> parts = new ArrayList<>();
                for (int i = 0; i < items.size(); i++) {
                    parts.add(keyword(Operator.ICONTAINS, items.get(i), path + "[" + i + "]"));
                }
                yield parts.size() == 1 ? parts.getFirst() : new Or(parts);
            }
            case JsonObject(Map<String, Json> members) -> {
                if (members.isEmpty()) {
                    throw MnemeException.invalid(path, path + " is empty: name an operator.");
                }
                List<Filter> parts = new ArrayList<>();
                members.forEach((name, operand) -> parts.add(keywords(name, operand, path + "." + name)));
                yield all(parts);
            }
            default -> keyword(Operator.ICONTAINS, value, path);
        };
    }

    private Filter keywords(String operator, Json operand, String path) {
        return switch (operator) {
            case "icontains", "in" -> keywords(operand, path);
            case "contains" -> keyword(Operator.CONTAINS, operand, path);
            case "eq" -> keyword(Operator.EQ, operand, path);
            default ->
                throw MnemeException.invalid(
                        path, "Unknown operator '" + operator + "' of keywords: use icontains, contains, in or eq.");
        };
    }

    private Filter keyword(Operator operator, Json value, String path) {
        return compare(new Field.Named(Name.TEXT), operator, text(value, path), path);
    }

    private static MnemeException unknown(String name, String path) {
        return MnemeException.invalid(
                path,
                "Unknown filter '" + name + "': use AND, OR, NOT, metadata, keywords, memory_ids or one of "
                        + String.join(", ", FIELDS.keySet()) + ". Members of the metadata go into"
                        + " {\"metadata\": {…}}.");
    }

    private Filter metadataMembers(JsonObject object, String path) {
        if (object.members().isEmpty()) {
            throw MnemeException.invalid(path, path + " is empty: name a member.");
        }
        List<Filter> parts = new ArrayList<>();
        object.members().forEach((name, value) -> parts.add(condition(metadataField(name), value, path + "." + name)));
        return all(parts);
    }

    private static Field metadataField(String name) {
        return new Field.Metadata("/" + name.replace("~", "~0").replace("/", "~1"));
    }

    private Filter condition(Field field, Json value, String path) {
        return switch (value) {
            case JsonString(String text) when text.equals("*") -> any(field, path);
            case JsonArray array -> compare(field, Operator.IN, array, path);
            case JsonObject(Map<String, Json> members)
            when isOperators(field, members) -> {
                if (members.isEmpty()) {
                    throw MnemeException.invalid(path, path + " is empty: name an operator.");
                }
                List<Filter> parts = new ArrayList<>();
                members.forEach((name, operand) -> parts.add(operator(field, name, operand, path + "." + name)));
                yield all(parts);
            }
            default -> compare(field, Operator.EQ, value, path);
        };
    }

    /// Whether an object is one of operators. Beside a member of the metadata, an object is a value unless all of its
    /// members are operators.
    private static boolean isOperators(Field field, Map<String, Json> members) {
        return !(field instanceof Field.Metadata)
                || members.isEmpty()
                || members.keySet().stream().allMatch(OPERATORS::containsKey);
    }

    private Filter operator(Field field, String name, Json operand, String path) {
        Operator operator = OPERATORS.get(name);
        if (operator == null) {
            throw MnemeException.invalid(
                    path, "Unknown operator '" + name + "': use " + String.join(", ", OPERATORS.keySet()) + ".");
        }
        if (operand.equals(new JsonString("*"))) {
            return switch (operator) {
                case EQ, IN, CONTAINS, ICONTAINS -> any(field, path);
                case NE, NIN -> new Not(any(field, path));
                default -> compare(field, operator, operand, path);
            };
        }
        boolean listed = operator == Operator.IN || operator == Operator.NIN;
        return compare(field, operator, listed ? listed(operand) : operand, path);
    }

    /// The condition that a field has a value.
    private Filter any(Field field, String path) {
        count(path);
        return exists(field);
    }

    private void count(String path) {
        if (++conditions > MAX_CONDITIONS) {
            throw MnemeException.invalid(path, "A filter may have " + MAX_CONDITIONS + " conditions at most.");
        }
    }

    private static Filter exists(Field field) {
        return new Compare(field, Operator.EXISTS, new JsonBoolean(true));
    }

    private static Json listed(Json value) {
        return value instanceof JsonArray ? value : new JsonArray(List.of(value));
    }

    private static Json text(Json value, String path) {
        if (value instanceof JsonString(String text) && !text.isEmpty()) {
            return value;
        }
        throw MnemeException.invalid(path, path + " must be a string that is not empty.");
    }

    private Filter compare(Field field, Operator operator, Json value, String path) {
        count(path);
        if (value instanceof JsonArray(List<Json> items)) {
            if (items.isEmpty() || items.size() > MAX_VALUES) {
                throw MnemeException.invalid(path, path + " must be a list of 1 to " + MAX_VALUES + " values.");
            }
            values += items.size();
            if (values > MAX_VALUES) {
                throw MnemeException.invalid(
                        path, "The lists of a filter may have " + MAX_VALUES + " values together.");
            }
        }
        Optional<TimeCondition> time = TimeCondition.of(field);
        if (time.isPresent()) {
            return time.get().compare(operator, value, path);
        }
        boolean part = operator == Operator.CONTAINS && field.equals(CATEGORIES);
        return new Compare(field, part ? Operator.ICONTAINS : operator, operand(field, operator, value, path));
    }

    private static Json operand(Field field, Operator operator, Json value, String path) {
        if (operator == Operator.EXISTS) {
            if (value instanceof JsonBoolean) {
                return value;
            }
            throw MnemeException.invalid(path, path + " must be true or false.");
        }
        if (operator == Operator.IN || operator == Operator.NIN) {
            List<Json> items = new ArrayList<>();
            ((JsonArray) value).items().forEach(item -> items.add(single(field, item, path)));
            return new JsonArray(items);
        }
        return single(field, value, path);
    }

    private static Json single(Field field, Json value, String path) {
        if (field instanceof Field.Scope && value instanceof JsonString(String id)) {
            return new JsonString(Mem0Scopes.id(path, id));
        }
        if (field instanceof Field.Metadata || value instanceof JsonString || value instanceof JsonNull) {
            return value;
        }
        if (field instanceof Field.Scope && value instanceof Json.JsonNumber) {
            return new JsonString(String.valueOf(new Body(new JsonObject(Map.of("id", value))).id("id")));
        }
        throw MnemeException.invalid(path, path + " must be a string.");
    }

    private static Map<String, Field> fields() {
        Map<String, Field> fields = new TreeMap<>();
        for (OwnerKind kind : OwnerKind.values()) {
            fields.put(kind.wireName() + "_id", new Field.Scope(kind));
        }
        fields.put("session_id", new Field.Scope(OwnerKind.RUN));
        fields.put("id", FIELD_ID);
        fields.put("text", new Field.Named(Name.TEXT));
        fields.put("memory", new Field.Named(Name.TEXT));
        fields.put("role", new Field.Named(Name.ROLE));
        fields.put("categories", CATEGORIES);
        fields.put("timestamp", new Field.Named(Name.TIMESTAMP));
        fields.put("created_at", new Field.Named(Name.CREATED_AT));
        fields.put("updated_at", new Field.Named(Name.UPDATED_AT));
        fields.put("expiration_date", new Field.Named(Name.EXPIRES_AT));
        fields.put("replaced_by", new Field.Named(Name.REPLACED_BY));
        return fields;
    }

    private static Map<String, Operator> operators() {
        Map<String, Operator> operators = new TreeMap<>();
        for (Operator operator : Operator.values()) {
            operators.put(operator.name().toLowerCase(Locale.ROOT), operator);
        }
        return operators;
    }
}
