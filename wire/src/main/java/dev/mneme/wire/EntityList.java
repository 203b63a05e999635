package dev.mneme.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Scope ids that memories carry, by kind and id.
///
/// @param nextCursor asks for the next page; null at the end
public record EntityList(List<Entity> items, @Nullable String nextCursor) {
    /// @param kind `user`, `agent`, `app` or `run`
    /// @param memories how many live memories carry it
    public record Entity(String kind, String id, long memories, String updatedAt) {}
}
