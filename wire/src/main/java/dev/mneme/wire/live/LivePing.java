package dev.mneme.wire.live;

import dev.mneme.wire.schema.Doc;

/// The payload of the server's `ping`.
@Doc("A sign of life that asks for one.")
public record LivePing(@Doc("epoch milliseconds") long timestamp) {}
