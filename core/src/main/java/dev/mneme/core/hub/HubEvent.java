package dev.mneme.core.hub;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event of the shared channels, as instances of the first generation send and hear it.
///
/// @param eventId a UUID
/// @param eventType such as `mode:changed`; the channel's name ends with it
/// @param instanceId whose event it is
/// @param metadata null or empty: the listener hears null; `mneme.node` in it is the bus's own
public record HubEvent(
        String eventId,
        String eventType,
        String userId,
        String instanceId,
        Instant timestamp,
        JsonObject payload,
        @Nullable JsonObject metadata) {}
