package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A three-way merge of JSON by field. Two edits of the same base are joined if they touch different members of
/// objects. Where both changed the same value, or the same array, they clash, unless both changed it to the same.
///
/// @param merged the joined document; where edits clash it has their value
/// @param clashes JSON Pointers (RFC 6901) to the clashes; empty when the merge succeeded
public record JsonMerge(Json merged, List<String> clashes) {
    public JsonMerge {
        clashes = List.copyOf(clashes);
    }

    /// @param base the document that both edits began with
    /// @param mine the document after one edit
    /// @param theirs the document after the other
    public static JsonMerge of(Json base, Json mine, Json theirs) {
        List<String> clashes = new ArrayList<>();
        Json merged = merge(base, mine, theirs, "", clashes);
        return new JsonMerge(merged == null ? theirs : merged, clashes);
    }

    /// Merges one value. Null stands for a missing member.
    private static @Nullable Json merge(
            @Nullable Json base, @Nullable Json mine, @Nullable Json theirs, String path, List<String> clashes) {
        if (same(mine, theirs) || same(base, mine)) {
            return theirs;
        }
        if (same(base, theirs)) {
            return mine;
        }
        boolean objects = base == null || base instanceof JsonObject;
        if (objects && mine instanceof JsonObject a && theirs instanceof JsonObject b) {
            JsonObject from = base instanceof JsonObject object ? object : JsonObject.EMPTY;
            return members(from, a, b, path, clashes);
        }
        clashes.add(path);
        return theirs;
    }

    private static Json members(
            JsonObject base, JsonObject mine, JsonObject theirs, String path, List<String> clashes) {
        Set<String> names = new LinkedHashSet<>(theirs.members().keySet());
        names.addAll(mine.members().keySet());
        Map<String, Json> merged = new LinkedHashMap<>();
        for (String name : names) {
            Json value = merge(
                    base.members().get(name),
                    mine.members().get(name),
                    theirs.members().get(name),
                    path + "/" + name.replace("~", "~0").replace("/", "~1"),
                    clashes);
            if (value != null) {
                merged.put(name, value);
            }
        }
        return new JsonObject(merged);
    }

    private static boolean same(@Nullable Json a, @Nullable Json b) {
        return a == null ? b == null : a.equals(b);
    }
}
