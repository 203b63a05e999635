package dev.mneme.core.hub;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A record of the shared collections as its public fields have it, which another program may have written.
///
/// @param userId the user's
/// @param fields the document without what is Mneme's, as JSON values: text, number, boolean, list, map, and `Instant`
/// @param updatedAt the time by which it was found
/// @param stored what Mneme stored of it; null when Mneme never did
public record ForeignRecord(
        RecordTable table,
        String userId,
        Map<String, Object> fields,
        Instant updatedAt,
        @Nullable StoredRecord stored) {}
