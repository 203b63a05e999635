package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A set of JSON values that others are looked up in. Strings are hashed. Numbers are hashed as doubles, and those with
/// the same double are walked through; objects and arrays are always walked through. Each step is counted, so that
/// values that a client chose to collide cost only that client.
final class ValueSet {
    private static final int TO_HASH = 4;

    private final List<Json> values;
    private final Set<String> strings = new HashSet<>();
    private final Map<Double, List<BigDecimal>> numbers = new HashMap<>();
    private final Set<Json> constants = new HashSet<>();
    private final List<Sized> others = new ArrayList<>();

    private record Sized(Json value, long weight) {}

    ValueSet(List<Json> values, FilterWork work) {
        this.values = values;
        for (Json value : values) {
            work.spend(TO_HASH);
            switch (value) {
                case JsonString(String text) -> strings.add(text);
                case JsonNumber(BigDecimal number) -> {
                    work.spend(number.precision() / FieldValue.DIGITS);
                    numbers.computeIfAbsent(key(number), key -> new ArrayList<>(1))
                            .add(number);
                }
                case JsonBoolean bool -> constants.add(bool);
                case JsonNull none -> constants.add(none);
                case JsonObject object -> others.add(sized(object, work));
                case JsonArray array -> others.add(sized(array, work));
            }
        }
    }

    private static Sized sized(Json value, FilterWork work) {
        long weight = FieldValue.weight(value);
        work.spend(weight);
        return new Sized(value, weight);
    }

    List<Json> values() {
        return values;
    }

    boolean hasNull() {
        return constants.contains(new JsonNull());
    }

    boolean contains(Json value, FilterWork work) {
        work.spend(1);
        return switch (value) {
            case JsonString(String text) -> {
                work.spend(text.length() / FieldValue.CHARACTERS);
                yield strings.contains(text);
            }
            case JsonNumber(BigDecimal number) -> !numbers.isEmpty() && contains(number, work);
            case JsonBoolean bool -> constants.contains(bool);
            case JsonNull none -> constants.contains(none);
            case JsonObject object -> !others.isEmpty() && isOther(object, work);
            case JsonArray array -> !others.isEmpty() && isOther(array, work);
        };
    }

    private boolean contains(BigDecimal number, FilterWork work) {
        long digits = 1L + number.precision() / FieldValue.DIGITS;
        work.spend(digits);
        for (BigDecimal each : numbers.getOrDefault(key(number), List.of())) {
            work.spend(digits);
            if (each.compareTo(number) == 0) {
                return true;
            }
        }
        return false;
    }

    /// Equal numbers have equal keys; 0 has no sign.
    private static Double key(BigDecimal number) {
        return number.doubleValue() + 0.0;
    }

    private boolean isOther(Json value, FilterWork work) {
        long weight = sized(value, work).weight();
        for (Sized each : others) {
            work.spend(1 + Math.min(weight, each.weight()));
            if (each.value().equals(value)) {
                return true;
            }
        }
        return false;
    }
}
