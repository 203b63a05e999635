package dev.mneme.api.http;

import dev.mneme.api.json.Words;
import dev.mneme.core.model.MnemeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A part of a path, a query parameter, or a header: what values it may have. The readers of [Query] and [Request]
/// check values by it, and the documentation shows it.
///
/// @param type a JSON Schema type: `string`, `integer`, `boolean`
/// @param values the only values that it may have; empty: any that the other components allow
/// @param min the least number or number of characters; null: any
/// @param max the greatest number or number of characters; null: any
/// @param form the form of the whole value; null: any
/// @param slashes for a part of a path: whether it may contain slashes and backslashes, percent-encoded
/// @param otherwise the value that holds when it is left out; null: none
public record Parameter(
        String name,
        String type,
        String description,
        List<String> values,
        @Nullable Integer min,
        @Nullable Integer max,
        @Nullable Form form,
        @Nullable Object otherwise,
        @Nullable String example,
        boolean slashes) {

    /// The form of a text.
    ///
    /// @param words for people
    public record Form(Pattern pattern, String words) {}

    private Parameter(String name, String type, String description) {
        this(name, type, description, List.of(), null, null, null, null, null, false);
    }

    /// The key, for clients that cannot send headers. [Dispatcher] reads it, and it is never logged.
    public static final Parameter TOKEN = string(
            "token", "the key, for a browser's EventSource, which cannot send headers; with text/event-stream alone");

    public static Parameter string(String name, String description) {
        return new Parameter(name, "string", description);
    }

    public static Parameter integer(String name, String description) {
        return new Parameter(name, "integer", description);
    }

    public static Parameter bool(String name, String description) {
        return new Parameter(name, "boolean", description).otherwise(false);
    }

    /// @param every the only values that it may have
    public Parameter oneOf(String... every) {
        return new Parameter(name, type, description, List.of(every), min, max, form, otherwise, example, slashes);
    }

    /// A number in this range, or a text with so many characters; both ends included.
    public Parameter between(int least, int most) {
        return new Parameter(name, type, description, values, least, most, form, otherwise, example, slashes);
    }

    /// @param regex must match the whole value
    /// @param inWords the same for people, such as "visible characters"
    public Parameter matching(String regex, String inWords) {
        Form matched = new Form(Pattern.compile(regex), inWords);
        return new Parameter(name, type, description, values, min, max, matched, otherwise, example, slashes);
    }

    /// @param value the value that holds when it is left out
    public Parameter otherwise(Object value) {
        return new Parameter(name, type, description, values, min, max, form, value, example, slashes);
    }

    /// For a part of a path that may contain slashes and backslashes, percent-encoded.
    public Parameter withSlashes() {
        return new Parameter(name, type, description, values, min, max, form, otherwise, example, true);
    }

    public Parameter example(String value) {
        return new Parameter(name, type, description, values, min, max, form, otherwise, value, slashes);
    }

    /// The value that was sent, if it is allowed.
    ///
    /// @throws MnemeException `invalid_request` that names it
    String checked(String sent) {
        if (!values.isEmpty() && !values.contains(sent)) {
            throw wrong("must be " + Words.or(values) + ".");
        }
        if (type.equals("string") && !within(sent.length())) {
            throw wrong("must have " + min + " to " + max + " characters.");
        }
        if (form != null && !form.pattern().matcher(sent).matches()) {
            throw wrong("must be " + form.words() + ".");
        }
        return sent;
    }

    /// As [#checked], of a number.
    int number(String sent) {
        int number;
        try {
            number = Integer.parseInt(sent);
        } catch (NumberFormatException e) {
            throw wrong("must be a whole number.");
        }
        if (!within(number)) {
            throw wrong("must be " + min + " to " + max + ".");
        }
        return number;
    }

    private boolean within(int number) {
        return (min == null || number >= min) && (max == null || number <= max);
    }

    private MnemeException wrong(String what) {
        return MnemeException.invalid(name, name + " " + what);
    }

    /// Its JSON Schema.
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", type);
        boolean text = type.equals("string");
        put(schema, "enum", values.isEmpty() ? null : values);
        put(schema, text ? "minLength" : "minimum", min);
        put(schema, text ? "maxLength" : "maximum", max);
        put(schema, "pattern", form == null ? null : form.pattern().pattern());
        put(schema, "default", otherwise);
        put(schema, "examples", example == null ? null : List.of(example));
        return schema;
    }

    private static void put(Map<String, Object> schema, String keyword, @Nullable Object value) {
        if (value != null) {
            schema.put(keyword, value);
        }
    }
}
