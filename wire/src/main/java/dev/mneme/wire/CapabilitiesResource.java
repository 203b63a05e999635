package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;

/// What an instance can do in its mode.
@Doc("What an instance can do in its mode.")
public record CapabilitiesResource(
        @Doc("answers by a model on the machine itself") boolean localAI,
        @Doc("answers by a model elsewhere") boolean externalAI,
        @Doc("several channels at once") boolean multiChannel,
        @Doc("works without a network") boolean offlineCapable,
        @Doc("told of changes as they happen") boolean realTimeSync) {}
