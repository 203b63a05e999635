package dev.mneme.core.model;

import java.net.URI;
import java.time.Instant;
import java.util.Set;

/// An address that is told of everybody's memories, but of those that are local only.
///
/// @param events which changes of memories it is told of
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

    /// Whether it is to be told of a change: of one that it asked for and that may be pushed, made since it
    /// is there.
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
