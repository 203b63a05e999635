package dev.mneme.wire.live;

import dev.mneme.wire.schema.Doc;

/// One instance that is connected.
@Doc("An instance that is connected.")
public record LivePresent(
        @Doc(value = "its name", example = "desk") String instanceId,
        @Doc("how many connections it has") int connections) {}
