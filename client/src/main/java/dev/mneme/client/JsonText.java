package dev.mneme.client;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON texts: request bodies, and answers put together from several.
public final class JsonText {
    private JsonText() {}

    /// Writes the inside of one JSON value.
    @FunctionalInterface
    public interface Part {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /// An object with the members that `members` writes.
    public static String object(Part members) {
        return text(json -> {
            json.writeStartObject();
            members.writeTo(json);
            json.writeEndObject();
        });
    }

    public static String of(JsonView view) {
        return text(json -> write(json, view));
    }

    private static String text(Part part) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonView.FACTORY.createGenerator(text)) {
            part.writeTo(json);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return text.toString();
    }

    public static void write(JsonGenerator json, JsonView view) throws IOException {
        switch (view.value()) {
            case null -> json.writeNull();
            case String string -> json.writeString(string);
            case Boolean truth -> json.writeBoolean(truth);
            case JsonView.Digits(String digits) -> json.writeNumber(digits);
            case List<?> list -> {
                json.writeStartArray();
                for (JsonView item : view.items()) {
                    write(json, item);
                }
                json.writeEndArray();
            }
            default -> {
                json.writeStartObject();
                for (Map.Entry<String, JsonView> member : view.members().entrySet()) {
                    json.writeFieldName(member.getKey());
                    write(json, member.getValue());
                }
                json.writeEndObject();
            }
        }
    }

    public static void string(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /// Writes a list of strings; nothing when it is empty.
    public static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /// Writes JSON that the caller typed and [JsonView] has checked, exactly as it was typed.
    public static void raw(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeRawValue(value);
        }
    }

    /// Copies the items of an answer's array `field` to an array that is open in `json`. Everything else is left out.
    public static void copyItems(String answer, String field, JsonGenerator json) throws IOException {
        try (JsonParser parser = JsonView.FACTORY.createParser(answer)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = field.equals(parser.currentName());
                if (parser.nextToken() == JsonToken.START_ARRAY && wanted) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        json.copyCurrentStructureExact(parser);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
    }
}
