package dev.mneme.api.http;

import dev.mneme.api.json.Words;
import dev.mneme.core.model.MnemeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A part of a path, a query parameter, or a header: what it may be, which is what the readers of [Query] and
/// [Request] hold it to and what the documentation says.
///
/// @param type a JSON Schema type: `string`, `integer`, `boolean`
/// @param values all that it may be; empty: anything else that is said here
/// @param min the least number or number of characters; null: any
/// @param max the greatest number or number of characters; null: any
/// @param form what the whole of it is like; null: like anything
/// @param slashes of a part of a path: whether it may have slashes and backslashes in it, percent-encoded
/// @param otherwise what holds when it is left out; null: nothing
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

    /// What a text is like.
    ///
    /// @param words for people
    public record Form(Pattern pattern, String words) {}

    private Parameter(String name, String type, String description) {
        this(name, type, description, List.of(), null, null, null, null, null, false);
    }

    /// The key, where a client cannot send headers; read by [Dispatcher], and never written anywhere.
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

    /// @param every all that it may be
    public Parameter oneOf(String... every) {
        return new Parameter(name, type, description, List.of(every), min, max, form, otherwise, example, slashes);
    }

    /// A number of this range, or a text of so many characters; both ends included.
    public Parameter between(int least, int most) {
        return new Parameter(name, type, description, values, least, most, form, otherwise, example, slashes);
    }

    /// @param regex what the whole of it matches
    /// @param inWords the same for people, such as "visible characters"
    public Parameter matching(String regex, String inWords) {
        Form matched = new Form(Pattern.compile(regex), inWords);
        return new Parameter(name, type, description, values, min, max, matched, otherwise, example, slashes);
    }

    /// @param value what holds when it is left out
    public Parameter otherwise(Object value) {
        return new Parameter(name, type, description, values, min, max, form, value, example, slashes);
    }

    /// A part of a path that may have slashes and backslashes in it, percent-encoded.
    public Parameter withSlashes() {
        return new Parameter(name, type, description, values, min, max, form, otherwise, example, true);
    }

    public Parameter example(String value) {
        return new Parameter(name, type, description, values, min, max, form, otherwise, value, slashes);
    }

    /// What was sent, if it is as is said here.
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
