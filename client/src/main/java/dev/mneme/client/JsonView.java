package dev.mneme.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON value for reading. A missing value reads as null, empty or the empty string, so that answers of older and
/// newer servers can be shown.
///
/// @param value a `Map`, `List`, `String`, `Boolean`, a number as its digits in a [Digits], or null
public record JsonView(@Nullable Object value) {
    public static final JsonFactory FACTORY = new JsonFactory();
    /// Refuses an object that names a member twice, since an import would lose one of the two.
    public static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    public static final JsonView NOTHING = new JsonView(null);

    /// A number exactly as it was written.
    public record Digits(String text) {}

    /// Parses one JSON value.
    ///
    /// @throws IOException if it is not JSON, or if more follows it
    public static JsonView parse(byte[] json) throws IOException {
        return parse(FACTORY, json);
    }

    /// As above, and refuses a member that is named twice.
    public static JsonView parseStrictly(byte[] json) throws IOException {
        return parse(STRICT, json);
    }

    private static JsonView parse(JsonFactory factory, byte[] json) throws IOException {
        try (JsonParser parser = factory.createParser(json)) {
            parser.nextToken();
            JsonView view = new JsonView(read(parser));
            if (parser.nextToken() != null) {
                throw new IOException("more follows the JSON value");
            }
            return view;
        }
    }

    public static JsonView parse(String json) throws IOException {
        return parse(json.getBytes(StandardCharsets.UTF_8));
    }

    /// The value that begins at the parser's token; the parser then stands at its end.
    public static JsonView ofValueAt(JsonParser parser) throws IOException {
        return new JsonView(read(parser));
    }

    private static @Nullable Object read(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IOException("no JSON value");
        }
        return switch (token) {
            case START_OBJECT -> readObject(parser);
            case START_ARRAY -> readArray(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Digits(parser.getText());
            default -> parser.getText();
        };
    }

    private static Map<String, JsonView> readObject(JsonParser parser) throws IOException {
        Map<String, JsonView> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, new JsonView(read(parser)));
        }
        return members;
    }

    private static List<JsonView> readArray(JsonParser parser) throws IOException {
        List<JsonView> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(new JsonView(read(parser)));
        }
        return items;
    }

    public JsonView at(String name) {
        return members().getOrDefault(name, NOTHING);
    }

    @SuppressWarnings("unchecked") // readObject alone makes maps
    public Map<String, JsonView> members() {
        return value instanceof Map<?, ?> map ? (Map<String, JsonView>) map : Map.of();
    }

    @SuppressWarnings("unchecked") // readArray alone makes lists
    public List<JsonView> items() {
        return value instanceof List<?> list ? (List<JsonView>) list : List.of();
    }

    public boolean present() {
        return value != null;
    }

    public boolean isObject() {
        return value instanceof Map;
    }

    public boolean isArray() {
        return value instanceof List;
    }

    public boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    /// The number, or `otherwise` if this is not a number.
    public double number(double otherwise) {
        return value instanceof Digits(String digits) ? Double.parseDouble(digits) : otherwise;
    }

    /// The value as a person reads it: a string without quotes, a list joined by commas, an object as JSON; empty for
    /// null and for a missing value.
    public String text() {
        return switch (value) {
            case null -> "";
            case String string -> string;
            case Digits(String digits) -> digits;
            case List<?> list ->
                String.join(", ", items().stream().map(JsonView::text).toList());
            case Map<?, ?> map -> JsonText.of(this);
            default -> String.valueOf(value);
        };
    }
}
