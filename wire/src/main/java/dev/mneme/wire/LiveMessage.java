package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

/// A message of the WebSocket, either way.
///
/// @param id a UUID, of this message
/// @param userId whom it concerns; may be empty
/// @param instanceId the sender
/// @param timestamp epoch milliseconds
/// @param payload by type
/// @param position where the subscription is after this message; on whatever carries a change, on `connect`,
///     `pong` and `heartbeat`
/// @param previous where the subscription was before it: there is a gap only if the client holds another one
@JsonInclude(Include.NON_NULL)
public record LiveMessage(
        String id,
        String type,
        String userId,
        String instanceId,
        long timestamp,
        Object payload,
        @Nullable String position,
        @Nullable String previous) {}
