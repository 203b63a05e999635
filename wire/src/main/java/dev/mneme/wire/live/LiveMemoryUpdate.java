package dev.mneme.wire.live;

import dev.mneme.wire.MemoryResource;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;

/// The payload of `memory-update`.
@Doc("A memory that was added, updated or deleted.")
public record LiveMemoryUpdate(
        @Doc("what happened to it") @OneOf({"ADD", "UPDATE", "DELETE"})
        String event,

        @Doc("the memory after that; of a deleted one, as it last was")
        MemoryResource memory) {}
