package dev.mneme.core.command;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a memory becomes when a duplicate joins it, that is, one with the same scope ids, text, role and timestamp: it
/// takes on what it lacks, and the later expiry. Neither loses anything; where that is not possible they stay two
/// memories.
public record Merge(
        @Nullable String name,
        JsonObject metadata,
        List<String> categories,
        @Nullable Timestamp timestamp,
        @Nullable Instant expiresAt) {

    /// Joins two memories. Empty when they contradict each other (a key of the metadata has two values, or they
    /// name two speakers), or when they would have too much together: more metadata than the newcomer's limit, or
    /// too many categories.
    public static Optional<Merge> of(Memory there, Command.AddMemory add) {
        return of(
                there,
                add.name(),
                add.metadata(),
                add.categories(),
                add.timestamp(),
                add.expiresAt(),
                add.metadataLimit());
    }

    /// @param metadataLimit see [Command.AddMemory]
    public static Optional<Merge> of(
            Memory there,
            @Nullable String name,
            JsonObject metadata,
            List<String> categories,
            @Nullable Timestamp timestamp,
            @Nullable Instant expiresAt,
            int metadataLimit) {
        if ((there.name() != null && name != null && !there.name().equals(name))
                || contradict(there.metadata(), metadata)) {
            return Optional.empty();
        }
        Merge merge = new Merge(
                there.name() == null ? name : there.name(),
                joined(there.metadata(), metadata),
                joined(there.categories(), categories),
                withOffset(there.timestamp(), timestamp),
                later(there.expiresAt(), expiresAt));
        return merge.fits(metadataLimit) || merge.leaves(there) ? Optional.of(merge) : Optional.empty();
    }

    /// Joins them as [Command.Dedupe#BY_TEXT] says: contradictions are left out.
    public static Merge byText(Memory there, Command.AddMemory add) {
        return new Merge(
                there.name(),
                joined(there.metadata(), add.metadata()),
                joined(there.categories(), add.categories()),
                there.timestamp(),
                there.expiresAt());
    }

    /// Whether the memory that is there stays unchanged.
    public boolean leaves(Memory there) {
        return Objects.equals(name, there.name())
                && metadata.equals(there.metadata())
                && categories.equals(there.categories())
                && Objects.equals(timestamp, there.timestamp())
                && Objects.equals(expiresAt, there.expiresAt());
    }

    private boolean fits(int metadataLimit) {
        boolean small = metadataLimit == Command.NO_LIMIT
                ? metadata.size() <= Memory.MAX_METADATA
                : metadata.utf8Size() <= metadataLimit;
        return small && categories.size() <= Memory.MAX_CATEGORIES;
    }

    /// Whether any key has two different values. Null is the same as missing; objects are compared key by key.
    private static boolean contradict(JsonObject ours, JsonObject theirs) {
        return theirs.members().entrySet().stream()
                .anyMatch(entry -> contradict(ours.members().get(entry.getKey()), entry.getValue()));
    }

    private static boolean contradict(@Nullable Json mine, Json theirs) {
        if (mine == null || mine instanceof JsonNull || theirs instanceof JsonNull) {
            return false;
        }
        if (mine instanceof JsonObject a && theirs instanceof JsonObject b) {
            return contradict(a, b);
        }
        return !mine.equals(theirs);
    }

    private static JsonObject joined(JsonObject ours, JsonObject theirs) {
        Map<String, Json> joined = new LinkedHashMap<>(ours.members());
        theirs.members().forEach((name, value) -> {
            Json mine = joined.get(name);
            if (value instanceof JsonNull) {
                return;
            }
            if (mine == null || mine instanceof JsonNull) {
                joined.put(name, value);
            } else if (mine instanceof JsonObject a && value instanceof JsonObject b) {
                joined.put(name, joined(a, b));
            }
        });
        return new JsonObject(joined);
    }

    private static List<String> joined(List<String> ours, List<String> theirs) {
        List<String> joined = new ArrayList<>(ours);
        theirs.stream().filter(each -> !joined.contains(each)).forEach(joined::add);
        return List.copyOf(joined);
    }

    /// The timestamp, which is the same instant in both: as the present memory has it, or with the newcomer's offset
    /// where it has none.
    private static @Nullable Timestamp withOffset(@Nullable Timestamp ours, @Nullable Timestamp theirs) {
        return ours == null || theirs == null || ours.offset() != null ? ours : theirs;
    }

    private static @Nullable Instant later(@Nullable Instant ours, @Nullable Instant theirs) {
        if (ours == null || theirs == null) {
            return null;
        }
        return ours.isBefore(theirs) ? theirs : ours;
    }
}
