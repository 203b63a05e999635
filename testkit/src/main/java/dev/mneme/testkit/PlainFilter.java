package dev.mneme.testkit;

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
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Timestamp;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What a filter means, said as plainly as can be: `FilterMatcher` must agree with it.
final class PlainFilter {
    private PlainFilter() {}

    static boolean matches(Filter filter, Memory memory) {
        return switch (filter) {
            case And and -> {
                for (Filter part : and.parts()) {
                    if (!matches(part, memory)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Or or -> {
                for (Filter part : or.parts()) {
                    if (matches(part, memory)) {
                        yield true;
                    }
                }
                yield false;
            }
            case Not not -> !matches(not.part(), memory);
            case Compare compare -> matches(compare, memory);
        };
    }

    private static boolean matches(Compare compare, Memory memory) {
        if (compare.field() instanceof Field.Named(Name name) && isTime(name)) {
            return timeMatches(compare, time(name, memory));
        }
        Json actual = value(compare.field(), memory);
        return valueMatches(compare.operator(), actual, compare.value());
    }

    private static boolean valueMatches(Operator operator, @Nullable Json actual, Json wanted) {
        return switch (operator) {
            case EQ -> actual == null ? wanted instanceof JsonNull : equal(actual, wanted);
            case NE -> !valueMatches(Operator.EQ, actual, wanted);
            case IN ->
                wanted instanceof JsonArray(List<Json> items)
                        && items.stream().anyMatch(item -> valueMatches(Operator.EQ, actual, item));
            case NIN -> !valueMatches(Operator.IN, actual, wanted);
            case GT, GTE, LT, LTE -> actual != null && inOrder(operator, order(actual, wanted));
            case CONTAINS -> actual != null && contains(actual, wanted);
            case ICONTAINS -> actual != null && containsPart(folded(actual), folded(wanted));
            case EXISTS -> (actual != null) == wanted.equals(new JsonBoolean(true));
        };
    }

    private static boolean equal(Json actual, Json wanted) {
        return actual.equals(wanted) || (actual instanceof JsonArray(List<Json> items) && items.contains(wanted));
    }

    private static boolean contains(Json actual, Json wanted) {
        return switch (actual) {
            case JsonArray(List<Json> items) -> items.contains(wanted);
            case JsonString(String text) -> wanted instanceof JsonString(String part) && text.contains(part);
            default -> false;
        };
    }

    private static boolean containsPart(Json actual, Json wanted) {
        return actual instanceof JsonArray(List<Json> items)
                ? items.stream()
                        .anyMatch(item -> item.equals(wanted) || (item instanceof JsonString && contains(item, wanted)))
                : contains(actual, wanted);
    }

    private static Json folded(Json value) {
        return switch (value) {
            case JsonString(String text) -> new JsonString(text.toLowerCase(Locale.ROOT));
            case JsonArray(List<Json> items) ->
                new JsonArray(items.stream().map(PlainFilter::folded).toList());
            default -> value;
        };
    }

    private static OptionalInt order(Json actual, Json wanted) {
        if (actual instanceof JsonNumber(BigDecimal a) && wanted instanceof JsonNumber(BigDecimal b)) {
            return OptionalInt.of(a.compareTo(b));
        }
        if (actual instanceof JsonString(String a) && wanted instanceof JsonString(String b)) {
            return OptionalInt.of(a.compareTo(b));
        }
        return OptionalInt.empty();
    }

    private static boolean inOrder(Operator operator, OptionalInt order) {
        if (order.isEmpty()) {
            return false;
        }
        int sign = order.getAsInt();
        return switch (operator) {
            case GT -> sign > 0;
            case GTE -> sign >= 0;
            case LT -> sign < 0;
            case LTE -> sign <= 0;
            default -> throw new IllegalArgumentException(operator + " is no order");
        };
    }

    private static boolean timeMatches(Compare compare, @Nullable Instant actual) {
        return switch (compare.operator()) {
            case EQ -> sameTime(actual, compare.value());
            case NE -> !sameTime(actual, compare.value());
            case IN -> anyTime(actual, compare.value());
            case NIN -> !anyTime(actual, compare.value());
            case GT, GTE, LT, LTE -> {
                Instant wanted = Times.read(compare.value());
                yield actual != null
                        && wanted != null
                        && inOrder(compare.operator(), OptionalInt.of(actual.compareTo(wanted)));
            }
            case CONTAINS, ICONTAINS -> false;
            case EXISTS -> (actual != null) == compare.value().equals(new JsonBoolean(true));
        };
    }

    private static boolean anyTime(@Nullable Instant actual, Json wanted) {
        return wanted instanceof JsonArray(List<Json> items) && items.stream().anyMatch(item -> sameTime(actual, item));
    }

    private static boolean sameTime(@Nullable Instant actual, Json wanted) {
        return actual == null ? wanted instanceof JsonNull : actual.equals(Times.read(wanted));
    }

    private static boolean isTime(Name name) {
        return switch (name) {
            case TIMESTAMP, CREATED_AT, UPDATED_AT, EXPIRES_AT -> true;
            case ID, TEXT, ROLE, CATEGORIES, VERSION, REPLACED_BY -> false;
        };
    }

    private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
        return timestamp == null ? null : timestamp.at();
    }

    private static @Nullable Instant time(Name name, Memory memory) {
        return switch (name) {
            case TIMESTAMP -> instant(memory.timestamp());
            case CREATED_AT -> memory.createdAt();
            case UPDATED_AT -> memory.updatedAt();
            case EXPIRES_AT -> memory.expiresAt();
            default -> throw new IllegalArgumentException(name + " is no time");
        };
    }

    private static @Nullable Json value(Field field, Memory memory) {
        return switch (field) {
            case Field.Scope(OwnerKind kind) -> string(memory.scope().id(kind));
            case Field.Metadata(String pointer) ->
                memory.metadata()
                        .at(pointer)
                        .filter(value -> !(value instanceof JsonNull))
                        .orElse(null);
            case Field.Named(Name name) ->
                switch (name) {
                    case ID -> string(memory.id().toString());
                    case TEXT -> string(memory.text());
                    case ROLE -> string(memory.role());
                    case CATEGORIES ->
                        new JsonArray(memory.categories().stream()
                                .<Json>map(JsonString::new)
                                .toList());
                    case VERSION -> new JsonNumber(BigDecimal.valueOf(memory.version()));
                    case REPLACED_BY ->
                        string(
                                memory.replacedBy() == null
                                        ? null
                                        : memory.replacedBy().toString());
                    case TIMESTAMP, CREATED_AT, UPDATED_AT, EXPIRES_AT ->
                        throw new IllegalArgumentException("times are matched apart");
                };
        };
    }

    private static @Nullable Json string(@Nullable String text) {
        return text == null ? null : new JsonString(text);
    }
}
