package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import java.util.List;

/// What became of each of many.
@Doc("What became of each of many.")
public record AddOutcomes(
        @Doc("in the order in which they were sent") List<AddOutcome> items) {}
