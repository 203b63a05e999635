package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Range;

/// The systems of a first-generation desktop, as this server stands for them.
@Doc("How the systems of a first-generation desktop are, as this server stands for them.")
public record DistributedStatus(
        @Doc("the MongoDB that it shares with other servers; not enabled when it runs by itself")
        External mongodb,

        @Doc("the Redis on which the servers of a hub tell each other")
        External redis,

        @Doc("the live sync of this server") Sockets websocket,

        @Doc("the calling instance: Mneme-Instance, else the key's")
        String instanceId,

        @Doc("whether all that is enabled works") boolean isFullyOperational) {

    /// A system beside this server.
    @Doc("A system beside this server.")
    public record External(boolean enabled, boolean connected, boolean healthy) {}

    /// The live sync.
    @Doc("The live sync of this server.")
    public record Sockets(
            boolean enabled,
            boolean running,

            @Doc("live connections; for a restricted key, those with that key") @Range(min = 0)
            int clientCount) {}
}
