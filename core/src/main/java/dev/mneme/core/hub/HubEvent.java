package dev.mneme.core.hub;

import dev.mneme.core.model.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event of the shared channels, as instances of the first generation send and hear it.
///
/// @param eventId a UUID
/// @param eventType such as `mode:changed`; the channel's name ends with it
/// @param instanceId whose event it is
public record HubEvent(
        String eventId,
        String eventType,
        String userId,
        String instanceId,
        Instant timestamp,
        Json payload,
        @Nullable Json metadata) {}
