package dev.mneme.core.hub;

import java.util.Map;

/// A record as the database has it.
///
/// @param revision of the batch that changed it last
/// @param rows all of them; none of a record that was deleted
/// @param deleted it is only remembered, for a while, that there was one
public record StoredRecord(RecordName name, long revision, Map<String, byte[]> rows, boolean deleted) {
    public StoredRecord {
        rows = Map.copyOf(rows);
    }
}
