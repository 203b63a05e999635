package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Range;

/// How many memories were deleted.
@Doc("How many memories went.")
public record DeletedMany(
        @Doc(value = "how many", example = "12") @Range(min = 0)
        long deleted) {}
