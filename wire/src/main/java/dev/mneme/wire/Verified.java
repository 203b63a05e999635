package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import java.util.List;

/// Every row was read.
@Doc("Every stored row was read and compared with what was stored.")
public record Verified(
        @Doc("what is wrong, in sentences that name the records")
        List<String> problems) {}
