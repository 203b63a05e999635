package dev.mneme.core.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The delivery of one change to one webhook, and how it went.
///
/// @param id the same for every attempt, even after a restart, so that the receiver can recognise a repeat
/// @param event of the change, such as `memory.added`
/// @param memoryId the memory's
/// @param at of the last attempt
/// @param status the HTTP status of the last answer; 0 when there was none
/// @param error why there was none, or null
public record WebhookDelivery(
        String id,
        ChangeType event,
        @Nullable String memoryId,
        Instant at,
        int attempts,
        State state,
        int status,
        @Nullable String error) {
    public enum State {
        DELIVERED,
        /// There will be another attempt.
        RETRYING,
        /// There will be no other attempt.
        FAILED
    }
}
