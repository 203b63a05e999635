package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;

/// What a stream of changes says when it cannot go on from where its reader was.
@Doc("The position asked for can no longer be served: read the state at `position`, and go on from there.")
public record ChangeReset(
        String position, @Doc("always true") boolean reset) {}
