package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of a record that a conflict is about, under the names by which clients write them.
public final class ConflictValues {
    public static final String TEXT = "text";
    public static final String METADATA = "metadata";
    public static final String CATEGORIES = "categories";
    public static final String EXPIRES_AT = "expiresAt";
    public static final String DATA = "data";
    public static final String CONTEXT_TYPE = "contextType";
    public static final String MODE = "mode";
    public static final String TAGS = "tags";
    public static final String CURRENT_MODE = "currentMode";
    public static final String CONFIGURATION = "configuration";

    private ConflictValues() {}

    public static JsonObject of(Memory memory) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put(TEXT, new JsonString(memory.text()));
        fields.put(METADATA, memory.metadata());
        fields.put(CATEGORIES, list(memory.categories()));
        fields.put(EXPIRES_AT, time(memory.expiresAt()));
        return new JsonObject(fields);
    }

    public static JsonObject of(Context context) {
        Mode mode = context.mode();
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put(DATA, context.data());
        fields.put(CONTEXT_TYPE, new JsonString(context.type().wireName()));
        fields.put(MODE, mode == null ? new JsonNull() : new JsonString(mode.wireName()));
        fields.put(TAGS, list(context.tags()));
        fields.put(EXPIRES_AT, time(context.expiresAt()));
        return new JsonObject(fields);
    }

    public static JsonObject of(ModeState state) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put(CURRENT_MODE, new JsonString(state.current().wireName()));
        fields.put(CONFIGURATION, state.configuration());
        return new JsonObject(fields);
    }

    private static Json list(List<String> texts) {
        return new JsonArray(texts.stream().<Json>map(JsonString::new).toList());
    }

    private static Json time(@Nullable Instant at) {
        return at == null ? new JsonNull() : new JsonString(Times.format(at));
    }
}
