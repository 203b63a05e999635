package dev.mneme.wire.live;

import dev.mneme.wire.ConflictResource;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;

/// The payload of `conflict`.
@Doc("A conflict that was found or resolved.")
public record LiveConflict(
        @Doc("what happened to it") @OneOf({"RECORDED", "RESOLVED"})
        String event,

        @Doc("without the values, which REST shows") ConflictResource conflict) {}
