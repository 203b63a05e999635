package dev.mneme.hub;

import dev.mneme.core.hub.StoredRecord;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.state.OwnerRecords;
import dev.mneme.engine.state.OwnerRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Rows of one batch that may not leave this node: what an `inspired` instance wrote.
///
/// @param revision of the batch
record OwnRows(long revision, List<OwnerRow> rows) {
    byte[] encode() {
        return new ByteWriter(256).unsigned(revision).raw(OwnerRow.encode(rows)).toByteArray();
    }

    static OwnRows decode(byte[] bytes) {
        return ByteReader.decode(bytes, in -> new OwnRows(in.unsigned(), OwnerRow.decode(in.rest())));
    }

    /// What an owner's records and this node's own rows come to together, in the order in which they can be put. What
    /// was written later counts.
    ///
    /// @param head the owner's revision; batches beyond it were never committed
    static List<OwnerRow> over(Collection<StoredRecord> records, List<OwnRows> batches, long head) {
        if (batches.isEmpty()) {
            return OwnerRecords.rows(records);
        }
        Map<String, Long> shared = new HashMap<>();
        for (StoredRecord record : records) {
            for (OwnerRow row : OwnerRecords.rows(List.of(record))) {
                shared.merge(row.name(), record.revision(), Math::max);
            }
        }
        Map<String, OwnerRow> all = new LinkedHashMap<>();
        OwnerRecords.rows(records).forEach(row -> all.put(row.name(), row));
        batches.stream()
                .filter(batch -> batch.revision() <= head && batch.wasCommitted(shared))
                .sorted(Comparator.comparingLong(OwnRows::revision))
                .forEach(batch -> batch.over(all, shared));
        List<OwnerRow> rows = new ArrayList<>(all.values());
        rows.sort(OwnerRecords.ORDER);
        return rows;
    }

    /// Whether another batch than this has its revision: the changes would then be another's. Changes that are no
    /// longer
    /// kept tell nothing.
    private boolean wasCommitted(Map<String, Long> shared) {
        return rows.stream()
                .filter(OwnerRow::isChange)
                .allMatch(change -> shared.getOrDefault(change.name(), revision) == revision);
    }

    private void over(Map<String, OwnerRow> all, Map<String, Long> shared) {
        for (OwnerRow row : rows) {
            Long theirs = shared.get(row.name());
            boolean kept = row.isChange() ? theirs != null && theirs == revision : theirs == null || theirs <= revision;
            if (kept) {
                all.put(row.name(), row);
            }
        }
    }
}
