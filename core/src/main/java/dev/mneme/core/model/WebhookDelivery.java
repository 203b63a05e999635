package dev.mneme.core.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What became of telling a webhook of one change.
///
/// @param id the same for every attempt, after a restart too: what the receiver knows a repeat by
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
        /// Another attempt will be made.
        RETRYING,
        /// No further attempt is made.
        FAILED
    }
}
