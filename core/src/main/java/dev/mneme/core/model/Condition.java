package dev.mneme.core.model;

import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// One condition of a filter. Its value is folded, hashed and read as a time only once.
///
/// **Threads**: one.
sealed interface Condition {
    boolean matches(Memory memory, FilterWork work);

    /// @param value finds the field's value; shared by all conditions on the field
    static Condition of(Compare compare, FieldValue value) {
        if (compare.field() instanceof Field.Named(Name name) && FilterMatcher.isTime(name)) {
            return time(name, compare);
        }
        Json wanted = compare.value();
        return switch (compare.operator()) {
            case EQ -> new Equal(value, wanted);
            case NE -> new Otherwise(new Equal(value, wanted));
            case IN -> among(value, wanted);
            case NIN -> new Otherwise(among(value, wanted));
            case GT, GTE, LT, LTE -> new Ordered(value, wanted, sign(compare.operator()));
            case CONTAINS -> new Part(value, false, wanted, part(wanted));
            case ICONTAINS -> {
                Json folded = FieldValue.fold(wanted);
                yield new Part(value, true, folded, part(folded));
            }
            case EXISTS -> new Exists(value, wanted.equals(new JsonBoolean(true)));
        };
    }

    private static Condition among(FieldValue value, Json wanted) {
        List<Json> values = wanted instanceof JsonArray(List<Json> items) ? items : List.of();
        return new Among(value, new ValueSet(values, FilterWork.unlimited()));
    }

    private static @Nullable TextPart part(Json wanted) {
        return wanted instanceof JsonString(String text) ? new TextPart(text) : null;
    }

    private static IntPredicate sign(Operator order) {
        return switch (order) {
            case GT -> sign -> sign > 0;
            case GTE -> sign -> sign >= 0;
            case LT -> sign -> sign < 0;
            case LTE -> sign -> sign <= 0;
            default -> throw new IllegalArgumentException(order + " is no order");
        };
    }

    private static Condition time(Name name, Compare compare) {
        Json wanted = compare.value();
        return switch (compare.operator()) {
            case EQ -> AmongTimes.of(name, List.of(wanted));
            case NE -> new Otherwise(AmongTimes.of(name, List.of(wanted)));
            case IN -> AmongTimes.of(name, items(wanted));
            case NIN -> new Otherwise(AmongTimes.of(name, items(wanted)));
            case GT, GTE, LT, LTE -> new OrderedTime(name, Times.read(wanted), sign(compare.operator()));
            case CONTAINS, ICONTAINS -> AmongTimes.of(name, List.of());
            case EXISTS -> {
                Condition none = new AmongTimes(name, Set.of(), true);
                yield wanted.equals(new JsonBoolean(true)) ? new Otherwise(none) : none;
            }
        };
    }

    private static List<Json> items(Json wanted) {
        return wanted instanceof JsonArray(List<Json> items) ? items : List.of();
    }

    record Otherwise(Condition condition) implements Condition {
        @Override
        public boolean matches(Memory memory, FilterWork work) {
            return !condition.matches(memory, work);
        }
    }

    record Exists(FieldValue value, boolean wanted) implements Condition {
        @Override
        public boolean matches(Memory memory, FilterWork work) {
            return (value.of(memory, work) != null) == wanted;
        }
    }

    record Equal(FieldValue value, Json wanted) implements Condition {
        @Override
        public boolean matches(Memory memory, FilterWork work) {
            Json actual = value.of(memory, work);
            if (actual == null) {
                return wanted instanceof JsonNull;
            }
            return (actual instanceof JsonArray array && value.hasItem(array, wanted, work))
                    || FieldValue.same(actual, wanted, work);
        }
    }

    record Among(FieldValue value, ValueSet wanted) implements Condition {
        @Override
        public boolean matches(Memory memory, FilterWork work) {
            Json actual = value.of(memory, work);
            if (actual == null) {
                return wanted.hasNull();
            }
            return wanted.contains(actual, work) || (actual instanceof JsonArray array && anyItem(array, work));
        }

        /// Looks up the smaller of the two sets in the larger.
        private boolean anyItem(JsonArray array, FilterWork work) {
            if (array.items().size() <= wanted.values().size()) {
                for (Json item : array.items()) {
                    if (wanted.contains(item, work)) {
                        return true;
                    }
                }
                return false;
            }
            for (Json each : wanted.values()) {
                if (value.hasItem(array, each, work)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Ordered(FieldValue value, Json wanted, IntPredicate sign) implements Condition {
        @Override
        public boolean matches(Memory memory, FilterWork work) {
            Json actual = value.of(memory, work);
            if (actual instanceof JsonNumber(BigDecimal a) && wanted instanceof JsonNumber(BigDecimal b)) {
                return sign.test(FieldValue.order(a, b, work));
            }
            if (actual instanceof JsonString(String a) && wanted instanceof JsonString(String b)) {
                work.spend(Math.min(a.length(), b.length()) / FieldValue.CHARACTERS);
                return sign.test(a.compareTo(b));
            }
            return false;
        }
    }

    /// @param wanted the text to find, in lower case if `folded`
    /// @param part the same, if it is a string
    record Part(
            FieldValue value,
            boolean folded,
            Json wanted,
            @Nullable TextPart part) implements Condition {
        @Override
        public boolean matches(Memory memory, FilterWork work) {
            Json actual = folded ? value.folded(memory, work) : value.of(memory, work);
            return switch (actual) {
                case null -> false;
                case JsonString(String text) -> part != null && part.isIn(text, work);
                case JsonArray array -> folded ? anyItem(array, work) : value.hasItem(array, wanted, work);
                default -> false;
            };
        }

        private boolean anyItem(JsonArray array, FilterWork work) {
            for (Json item : array.items()) {
                work.spend(1);
                boolean found = (part != null && item instanceof JsonString(String text))
                        ? part.isIn(text, work)
                        : FieldValue.same(item, wanted, work);
                if (found) {
                    return true;
                }
            }
            return false;
        }
    }

    record OrderedTime(Name name, @Nullable Instant wanted, IntPredicate sign) implements Condition {
        @Override
        public boolean matches(Memory memory, FilterWork work) {
            Instant actual = FieldValue.time(name, memory);
            return actual != null && wanted != null && sign.test(actual.compareTo(wanted));
        }
    }

    /// @param none whether a memory without this time meets the condition
    record AmongTimes(Name name, Set<Instant> wanted, boolean none) implements Condition {
        static AmongTimes of(Name name, List<Json> wanted) {
            Set<Instant> times = new HashSet<>();
            boolean none = false;
            for (Json each : wanted) {
                none |= each instanceof JsonNull;
                Instant time = Times.read(each);
                if (time != null) {
                    times.add(time);
                }
            }
            return new AmongTimes(name, times, none);
        }

        @Override
        public boolean matches(Memory memory, FilterWork work) {
            Instant actual = FieldValue.time(name, memory);
            return actual == null ? none : wanted.contains(actual);
        }
    }
}
