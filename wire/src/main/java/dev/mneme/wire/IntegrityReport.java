package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Range;
import java.util.List;

/// What is known of stored data having been changed from outside.
@Doc("What is known of stored data having been changed from outside.")
public record IntegrityReport(
        @Doc("owners that were checked in the background since the start") @Range(min = 0)
        long checkedOwners,

        @Doc("whether all were") boolean complete,

        @Doc("what was found, in sentences that name the records")
        List<String> problems) {}
