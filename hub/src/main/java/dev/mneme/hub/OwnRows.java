package dev.mneme.hub;

import dev.mneme.core.hub.StoredRecord;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.state.OwnerRecords;
import dev.mneme.engine.state.OwnerRow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Rows of one batch that may not leave this node: what an `inspired` instance wrote.
///
/// Their batch has a *trace*, a record that says nothing but that there are such rows, under a name that nobody else
/// gives. So they count as long as their trace is in the database: it is not there when the batch was never committed,
/// and goes with everything else when the owner is erased.
///
/// @param revision of the batch
/// @param trace the name
record OwnRows(long revision, String trace, List<OwnerRow> rows) {
    private static final char TABLE = 'W';

    byte[] encode() {
        return new ByteWriter(256)
                .unsigned(revision)
                .string(trace)
                .raw(OwnerRow.encode(rows))
                .toByteArray();
    }

    static OwnRows decode(byte[] bytes) {
        return ByteReader.decode(bytes, in -> new OwnRows(in.unsigned(), in.string(), OwnerRow.decode(in.rest())));
    }

    /// The record of a trace, as a row.
    static OwnerRow traceRow(String trace) {
        return new OwnerRow(TABLE, trace.getBytes(StandardCharsets.US_ASCII), Optional.of(new byte[0]));
    }

    private static boolean isTrace(OwnerRow row) {
        return row.table() == TABLE;
    }

    /// The traces among rows.
    static Set<String> traces(Collection<OwnerRow> rows) {
        return rows.stream()
                .filter(row -> isTrace(row) && row.fields().isPresent())
                .map(row -> new String(row.rest(), StandardCharsets.US_ASCII))
                .collect(Collectors.toSet());
    }

    /// The rows that the copy takes: traces are no rows of its tables.
    static List<OwnerRow> withoutTraces(Collection<OwnerRow> rows) {
        return rows.stream().filter(row -> !isTrace(row)).toList();
    }

    /// What an owner's records and this node's own rows come to together, in the order in which they can be put. What
    /// was written later counts.
    ///
    /// @param batches whose traces are among the records
    static List<OwnerRow> over(Collection<StoredRecord> records, List<OwnRows> batches) {
        List<OwnerRow> shared = withoutTraces(OwnerRecords.rows(records));
        if (batches.isEmpty()) {
            return shared;
        }
        Map<String, Long> revisions = new HashMap<>();
        for (StoredRecord record : records) {
            for (OwnerRow row : OwnerRecords.rows(List.of(record))) {
                revisions.merge(row.name(), record.revision(), Math::max);
            }
        }
        Map<String, OwnerRow> all = new LinkedHashMap<>();
        shared.forEach(row -> all.put(row.name(), row));
        batches.stream()
                .sorted(Comparator.comparingLong(OwnRows::revision))
                .forEach(batch -> batch.over(all, revisions));
        List<OwnerRow> rows = new ArrayList<>(all.values());
        rows.sort(OwnerRecords.ORDER);
        return rows;
    }

    /// A change is kept as long as the database keeps it, without what it tells.
    private void over(Map<String, OwnerRow> all, Map<String, Long> shared) {
        for (OwnerRow row : rows) {
            Long theirs = shared.get(row.name());
            boolean counts = theirs == null ? !row.isChange() : theirs <= revision;
            if (counts) {
                all.put(row.name(), row);
            }
        }
    }
}
