package dev.mneme.core.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A JSON document that a user's instances share, at one version.
///
/// @param key its name, unique per user
/// @param mode the mode that it belongs to, if any
/// @param version goes on counting after a deletion, so that a number never stands for two documents
/// @param createdBy the instance that made version 1, or the first version after a deletion
/// @param updatedBy the instance that wrote this version
/// @param expiresAt from then on it is hidden; null: never
public record Context(
        String userId,
        String key,
        ContextType type,
        @Nullable Mode mode,
        Json data,
        List<String> tags,
        long version,
        Instant createdAt,
        Instant updatedAt,
        String createdBy,
        String updatedBy,
        @Nullable Instant expiresAt,
        boolean localOnly)
        implements Subject {

    public Context {
        tags = List.copyOf(tags);
    }

    public boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
