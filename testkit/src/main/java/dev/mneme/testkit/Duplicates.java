package dev.mneme.testkit;

import dev.mneme.core.command.Command;
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
import java.util.Objects;
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

    /// Whether the two can be one memory: no speaker and no member has two values, and they are not too much.
    static boolean agree(Memory ours, AddMemory theirs) {
        boolean speakers =
                ours.name() == null || theirs.name() == null || ours.name().equals(theirs.name());
        if (!speakers || !agree(ours.metadata(), theirs.metadata())) {
            return false;
        }
        JsonObject metadata = merge(ours.metadata(), theirs.metadata());
        List<String> categories = merge(ours.categories(), theirs.categories());
        boolean grows = !metadata.equals(ours.metadata())
                || !categories.equals(ours.categories())
                || !Objects.equals(ours.name() == null ? theirs.name() : ours.name(), ours.name())
                || !Objects.equals(merge(ours.timestamp(), theirs.timestamp()), ours.timestamp())
                || !Objects.equals(longer(ours.expiresAt(), theirs.expiresAt()), ours.expiresAt());
        long most = theirs.metadataLimit() == Command.NO_LIMIT ? Memory.MAX_METADATA : theirs.metadataLimit();
        return !grows || (metadata.utf8Size() <= most && categories.size() <= Memory.MAX_CATEGORIES);
    }

    private static boolean agree(JsonObject ours, JsonObject theirs) {
        for (Map.Entry<String, Json> member : ours.members().entrySet()) {
            Json mine = member.getValue();
            Json other = theirs.members().getOrDefault(member.getKey(), new JsonNull());
            boolean missing = mine instanceof JsonNull || other instanceof JsonNull;
            boolean nested = mine instanceof JsonObject a && other instanceof JsonObject b && agree(a, b);
            if (!missing && !nested && !mine.equals(other)) {
                return false;
            }
        }
        return true;
    }

    /// The later of two expiries; null is never.
    static @Nullable Instant longer(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return null;
        }
        return one.compareTo(other) > 0 ? one : other;
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
