package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;

/// What a stream of changes sends when it cannot go on from its reader's position.
@Doc("The position asked for can no longer be served: read the state at `position`, and go on from there.")
public record ChangeReset(
        String position, @Doc("always true") boolean reset) {}
