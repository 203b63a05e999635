package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A fact in words, at one version. Versions count 1, 2, 3 … per memory. Times have milliseconds.
///
/// @param name the speaker, where the caller named one apart from the text
/// @param timestamp when it was said, according to the caller; memories with the same timestamp were told together
/// @param createdAt the command time of version 1
/// @param expiresAt from then on it is hidden
/// @param replacedBy the memory that superseded it
public record Memory(
        MemoryId id,
        ScopeIds scope,
        String text,
        @Nullable String role,
        @Nullable String name,
        JsonObject metadata,
        List<String> categories,
        @Nullable Timestamp timestamp,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant expiresAt,
        long version,
        @Nullable MemoryId replacedBy,
        boolean localOnly)
        implements Subject {

    public static final int MAX_CATEGORIES = 100;

    /// A member of the metadata. If it is true, the memory may be deleted but not changed.
    public static final String IMMUTABLE = "mneme:immutable";

    /// How large the metadata may become when duplicates join, by [Json#size], if the command names no limit.
    public static final long MAX_METADATA = 1 << 20;

    public Memory {
        categories = List.copyOf(categories);
    }

    /// A memory that is not local only.
    public Memory(
            MemoryId id,
            ScopeIds scope,
            String text,
            @Nullable String role,
            @Nullable String name,
            JsonObject metadata,
            List<String> categories,
            @Nullable Timestamp timestamp,
            Instant createdAt,
            Instant updatedAt,
            @Nullable Instant expiresAt,
            long version,
            @Nullable MemoryId replacedBy) {
        this(
                id,
                scope,
                text,
                role,
                name,
                metadata,
                categories,
                timestamp,
                createdAt,
                updatedAt,
                expiresAt,
                version,
                replacedBy,
                false);
    }

    public boolean immutable() {
        return new JsonBoolean(true).equals(metadata.members().get(IMMUTABLE));
    }

    public boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
