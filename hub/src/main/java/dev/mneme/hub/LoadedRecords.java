package dev.mneme.hub;

import dev.mneme.core.hub.RecordName;
import dev.mneme.core.hub.StoredRecord;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// Records of one owner as they were read in several goes: of each the one of the highest revision counts.
final class LoadedRecords {
    private final Map<RecordName, StoredRecord> newest = new LinkedHashMap<>();

    void add(StoredRecord record) {
        newest.merge(record.name(), record, LoadedRecords::newer);
    }

    /// Of the same revision the later read counts, but a deletion always: a spread that came late may have brought the
    /// record back.
    private static StoredRecord newer(StoredRecord before, StoredRecord read) {
        if (before.revision() != read.revision()) {
            return before.revision() > read.revision() ? before : read;
        }
        return before.deleted() ? before : read;
    }

    Collection<StoredRecord> all() {
        return newest.values();
    }
}
