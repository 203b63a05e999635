package dev.mneme.engine.index;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// About how many bytes of heap a memory's header takes, with everything that an index keeps for it in small objects.
final class HeaderSize {
    /// The record, its id, scope and times (about 240), the lean analysis (130), map entries (80), the row of terms.
    private static final int FIXED = 500;

    private static final int NODE = 48;

    private HeaderSize() {}

    static long of(Memory header) {
        long bytes = FIXED + of(header.text()) + of(header.name()) + of(header.metadata());
        for (String category : header.categories()) {
            bytes += of(category);
        }
        return bytes;
    }

    private static long of(@Nullable String string) {
        return string == null ? 0 : NODE + string.length();
    }

    private static long of(Json json) {
        return switch (json) {
            case JsonObject(Map<String, Json> members) ->
                members.entrySet().stream()
                        .mapToLong(member -> NODE + of(member.getKey()) + of(member.getValue()))
                        .sum();
            case JsonArray(List<Json> items) ->
                NODE + items.stream().mapToLong(HeaderSize::of).sum();
            case JsonString(String value) -> of(value);
            default -> NODE;
        };
    }
}
