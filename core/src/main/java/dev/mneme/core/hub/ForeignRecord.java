package dev.mneme.core.hub;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A record of the shared collections as its public fields have it, which another program may have written.
///
/// @param id the document's, in a form of the database's own: it puts documents of the same time in order
/// @param userId the user's
/// @param fields the document without what is Mneme's, and without its id, as JSON values: text, number, boolean, list,
///     map, and `Instant`. Null stands only within lists and maps
/// @param updatedAt the time by which it was found
/// @param stored what Mneme stored of it; null when Mneme never did
public record ForeignRecord(
        RecordTable table,
        String id,
        String userId,
        Map<String, Object> fields,
        Instant updatedAt,
        @Nullable StoredRecord stored) {}
