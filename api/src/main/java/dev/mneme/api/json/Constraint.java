package dev.mneme.api.json;

import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.lang.reflect.AnnotatedType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The demand of an annotation of `wire.schema` on a value.
public sealed interface Constraint {
    /// Whether a value, which is not null, meets the demand.
    boolean holds(Object value);

    /// The demand, as the rest of a sentence that begins with the value's name.
    String demand();

    /// The same in the keywords of JSON Schema.
    Map<String, Object> keywords();

    /// All demands on the values of a type.
    static List<Constraint> of(AnnotatedType type) {
        List<Constraint> all = new ArrayList<>();
        OneOf oneOf = type.getAnnotation(OneOf.class);
        if (oneOf != null) {
            all.add(new Values(List.of(oneOf.value())));
        }
        Length length = type.getAnnotation(Length.class);
        if (length != null) {
            boolean items = Component.raw(type.getType()) == List.class;
            all.add(new Size(items, length.min(), length.max()));
        }
        Range range = type.getAnnotation(Range.class);
        if (range != null) {
            all.add(new Interval(range.min(), range.max()));
        }
        return all;
    }

    record Values(List<String> all) implements Constraint {
        @Override
        public boolean holds(Object value) {
            return value instanceof String text && all.contains(text);
        }

        @Override
        public String demand() {
            return "must be " + Words.or(all) + ".";
        }

        @Override
        public Map<String, Object> keywords() {
            return Map.of("enum", all);
        }
    }

    /// @param items whether it counts the items of a list, rather than the characters of a text
    record Size(boolean items, int min, int max) implements Constraint {
        @Override
        public boolean holds(Object value) {
            int size = switch (value) {
                case String text -> text.length();
                case List<?> list -> list.size();
                default -> -1;
            };
            return size >= min && size <= max;
        }

        @Override
        public String demand() {
            String what = items ? "items" : "characters";
            if (max == Integer.MAX_VALUE) {
                return min == 1 ? "must not be empty." : "must have " + min + " " + what + " at least.";
            }
            return "must have " + min + " to " + max + " " + what + ".";
        }

        @Override
        public Map<String, Object> keywords() {
            Map<String, Object> keywords = new LinkedHashMap<>();
            if (min > 0) {
                keywords.put(items ? "minItems" : "minLength", min);
            }
            if (max < Integer.MAX_VALUE) {
                keywords.put(items ? "maxItems" : "maxLength", max);
            }
            return keywords;
        }
    }

    record Interval(double min, double max) implements Constraint {
        @Override
        public boolean holds(Object value) {
            return value instanceof Number number && number.doubleValue() >= min && number.doubleValue() <= max;
        }

        @Override
        public String demand() {
            return max == Double.POSITIVE_INFINITY
                    ? "must be " + plain(min) + " or more."
                    : "must be " + plain(min) + " to " + plain(max) + ".";
        }

        @Override
        public Map<String, Object> keywords() {
            Map<String, Object> keywords = new LinkedHashMap<>();
            if (min > Double.NEGATIVE_INFINITY) {
                keywords.put("minimum", plain(min));
            }
            if (max < Double.POSITIVE_INFINITY) {
                keywords.put("maximum", plain(max));
            }
            return keywords;
        }

        /// A whole number as an integer, so that it is not written as `1.0`.
        private static Number plain(double number) {
            if (number == Math.rint(number)) {
                return (long) number;
            }
            return number;
        }
    }
}
