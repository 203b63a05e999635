package dev.mneme.core.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A scope id that memories carry, with how many live memories carry it and when the last of them changed.
///
/// @param createdAt when the first such memory came after there had been none, even if it is deleted by now; where
///     memories are counted for a key, the first of those that are there; null for data from before this was kept
public record Entity(
        OwnerKind kind, String id, long memories, @Nullable Instant createdAt, Instant updatedAt) {
    /// Adds the memories of another owner that carry the same id.
    public Entity and(Entity other) {
        return new Entity(
                kind,
                id,
                memories + other.memories,
                earlier(createdAt, other.createdAt),
                updatedAt.isAfter(other.updatedAt) ? updatedAt : other.updatedAt);
    }

    private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
        if (a == null || b == null) {
            return null;
        }
        return a.isBefore(b) ? a : b;
    }
}
