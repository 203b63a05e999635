package dev.mneme.core.sync;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An event that a caller posts to a user's instances.
///
/// @param targets null for every other instance
/// @param expiresAt null for the server's usual time to live
public record NewSyncEvent(
        Owner user,
        SyncEvent.Type type,
        Json data,
        @Nullable Set<String> targets,
        SyncEvent.Priority priority,
        @Nullable Instant expiresAt) {}
