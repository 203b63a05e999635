package dev.mneme.core.model;

import java.net.URI;
import java.time.Instant;
import java.util.Set;

/// An address that is sent the changes of everybody's memories, except those that are local only.
///
/// @param events which changes of memories it is sent
/// @param secret what deliveries are signed with
public record Webhook(
        String id,
        String name,
        URI url,
        Set<ChangeType> events,
        boolean active,
        String secret,
        Instant createdAt,
        Instant updatedAt) {
    public Webhook {
        events = Set.copyOf(events);
    }

    /// Whether a change is sent to this webhook: it must be of a kind that the webhook asked for, must not be local
    /// only, and must be newer than the webhook.
    public boolean wants(Change change) {
        return active
                && events.contains(change.type())
                && !change.localOnly()
                && !change.at().isBefore(createdAt);
    }

    @Override
    public String toString() {
        return "Webhook[" + id + ", secret=***]";
    }
}
