package dev.mneme.core.queue;

import dev.mneme.core.model.Owner;
import org.jspecify.annotations.Nullable;

/// Whose work it is. What one tenant has queued must not make another wait.
///
/// @param key the id of the API key that asked, or the name of the server's own work
/// @param owner whose data the work is about; null when it is about several owners'
public record Tenant(String key, @Nullable Owner owner) {
    /// For the server's own work, or for a program that serves nobody else.
    public static final Tenant NONE = new Tenant("", null);
}
