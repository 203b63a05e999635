package dev.mneme.wire.live;

import dev.mneme.wire.schema.Doc;

/// The payload of the server's `heartbeat`.
@Doc("A sign of life, with the position that the connection has reached.")
public record LiveHeartbeat(
        @Doc("the server's name") String instanceId,
        @Doc("epoch milliseconds") long timestamp) {}
