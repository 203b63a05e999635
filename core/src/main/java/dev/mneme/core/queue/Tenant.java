package dev.mneme.core.queue;

import dev.mneme.core.model.Owner;
import org.jspecify.annotations.Nullable;

/// Whose work it is: what one tenant has queued is no reason for another to wait.
///
/// @param key the id of the API key that asked, or the name of the server's own work
/// @param owner whose data it is about; null when several owners' are
public record Tenant(String key, @Nullable Owner owner) {
    /// Of the server's own work, or of a program that serves nobody else.
    public static final Tenant NONE = new Tenant("", null);
}
