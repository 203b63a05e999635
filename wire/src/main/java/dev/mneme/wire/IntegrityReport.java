package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.util.List;

/// What is known about stored data that were changed from outside.
@Doc("What is known of stored data having been changed from outside.")
public record IntegrityReport(
        @Doc("owners that the background check, which runs after each start, has been through") @Range(min = 0)
        long checkedOwners,

        @Doc("how many there are") @Range(min = 0) long owners,

        @Doc("whether that check is through") boolean complete,

        @Doc("what was found, in sentences that name the records")
        List<String> problems,

        @Doc("what nothing can tell of the last stop, in sentences")
        List<String> unknown,

        @Doc("where the integrity key is: who can write with_data can replace it, and seal forged data anew")
        @OneOf({"with_data", "elsewhere"})
        String key,

        @Doc("whether an anchor says how far the data had come; without one an older copy is not noticed")
        boolean anchor,

        @Doc("how the log ended before this start; after uncertain, nothing tells whether something that was"
                + " acknowledged is missing")
        @OneOf({"closed", "killed", "uncertain"})
        String lastStop,

        @Doc("stops so far that were uncertain") @Range(min = 0)
        int uncertainStops) {}
