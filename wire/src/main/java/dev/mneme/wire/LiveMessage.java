package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import org.jspecify.annotations.Nullable;

/// A message of the WebSocket, either way. `LivePayloads` says which payload belongs to which type.
@Doc("A message of the WebSocket, either way.")
@JsonInclude(Include.NON_NULL)
public record LiveMessage(
        @Doc("the message's own id, a UUID") String id,

        @Doc(value = "what the payload is", example = "memory-update")
        String type,

        @Doc("the user that it concerns; may be empty") String userId,
        @Doc("the sender") String instanceId,
        @Doc("epoch milliseconds") long timestamp,
        @Doc("by type") Object payload,

        @Doc("where the subscription is after this message; on every message with a change, on connect, pong and"
                + " heartbeat")
        @Nullable
        String position,

        @Doc("where the subscription was before it: there is a gap only if the client holds another one") @Nullable
        String previous) {}
