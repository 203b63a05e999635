package dev.mneme.testkit;

import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When two memories are the same, and what the second one brings to the first.
final class Duplicates {
    private Duplicates() {}

    /// What the same memory has the same.
    ///
    /// @param text in Unicode's form NFC, without white space at either end
    /// @param timestamp the instant, whatever its offset
    record Identity(
            ScopeIds scope,
            String text,
            @Nullable String role,
            @Nullable Instant timestamp) {
        static Identity of(AddMemory add) {
            return new Identity(add.scope(), normal(add.text()), add.role(), instant(add.timestamp()));
        }

        static Identity of(Memory memory) {
            return new Identity(memory.scope(), normal(memory.text()), memory.role(), instant(memory.timestamp()));
        }

        private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
            return timestamp == null ? null : timestamp.at();
        }

        private static String normal(String text) {
            return Normalizer.normalize(text, Normalizer.Form.NFC).strip();
        }
    }

    /// `ours` with the members that it lacks. What it has stays; where both have an object, the objects merge;
    /// null is the same as missing, on either side.
    static JsonObject merge(JsonObject ours, JsonObject theirs) {
        Map<String, Json> merged = new LinkedHashMap<>(ours.members());
        theirs.members().forEach((name, value) -> {
            Json present = merged.get(name);
            if (present == null || present instanceof JsonNull) {
                if (!(value instanceof JsonNull)) {
                    merged.put(name, value);
                }
            } else if (present instanceof JsonObject a && value instanceof JsonObject b) {
                merged.put(name, merge(a, b));
            }
        });
        return new JsonObject(merged);
    }

    /// The time of both, with the offset of the first that knows one.
    static @Nullable Timestamp merge(@Nullable Timestamp ours, @Nullable Timestamp theirs) {
        return ours == null || theirs == null || ours.offset() != null ? ours : theirs;
    }

    /// `ours`, then each of `theirs` that is not among them, once.
    static List<String> merge(List<String> ours, List<String> theirs) {
        List<String> merged = new ArrayList<>(ours);
        for (String category : theirs) {
            if (!merged.contains(category)) {
                merged.add(category);
            }
        }
        return List.copyOf(merged);
    }
}
