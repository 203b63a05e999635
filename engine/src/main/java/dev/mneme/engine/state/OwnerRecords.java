package dev.mneme.engine.state;

import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordName;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.Rows;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An owner's rows as the records of a hub's database, and back.
///
/// ```text
/// m, e, y    MEMORY, by arrival            a  MODE, by instance        x  CONTEXT, by key; once deleted OTHER
/// v          MEMORY_VERSION                t, q, z, c  by sequence     l  CONFLICT or OTHER     all else OTHER
/// ```
public final class OwnerRecords {
    /// In which rows can be put: deletions first, the head last.
    public static final Comparator<OwnerRow> ORDER = Comparator.comparingInt(OwnerRecords::order);

    private static final String CONFLICTS = "conflicts";
    private static final String ROW = "r";

    private OwnerRecords() {}

    /// Whether the rows are those of an erasure: everything of the owner goes, besides what they say.
    public static boolean erases(Collection<OwnerRow> rows) {
        return rows.stream()
                .anyMatch(row -> row.table() == 'c'
                        && row.fields().isPresent()
                        && ChangeRow.decode(row.row()).type() == ChangeType.OWNER_ERASED);
    }

    /// What rows do to records.
    public static List<RecordChange> changes(Collection<OwnerRow> rows) {
        Map<RecordName, Building> records = new LinkedHashMap<>();
        for (OwnerRow row : rows) {
            if (row.table() == 'x' && row.fields().isPresent() && isTombstone(row)) {
                building(records, new RecordName(RecordTable.CONTEXT, row.rest())).deleted = true;
            }
            if (row.table() == 'x' && row.fields().isEmpty()) {
                building(records, other(row)).deleted = true; // it may be there as a deleted one
            }
            Building record = building(records, name(row));
            record.rows.put(rowName(row), row.fields());
            if (isMain(row)) {
                record.deleted = row.fields().isEmpty();
                record.content = row.fields().isEmpty() ? null : content(row);
            }
        }
        return records.values().stream().map(Building::built).toList();
    }

    private static Building building(Map<RecordName, Building> records, RecordName name) {
        return records.computeIfAbsent(name, Building::new);
    }

    private static final class Building {
        private final RecordName name;
        private final Map<String, Optional<byte[]>> rows = new HashMap<>();
        private @Nullable Object content;
        private boolean deleted;

        Building(RecordName name) {
            this.name = name;
        }

        RecordChange built() {
            return deleted
                    ? new RecordChange(name, Map.of(), null, true)
                    : new RecordChange(name, rows, content, false);
        }
    }

    private static boolean isTombstone(OwnerRow row) {
        return Rows.ContextRow.decode(row.row()).context() == null;
    }

    /// Whether the record is gone without this row.
    private static boolean isMain(OwnerRow row) {
        return row.table() != 'e' && row.table() != 'y';
    }

    private static RecordName name(OwnerRow row) {
        return switch (row.table()) {
            case 'm', 'e' -> new RecordName(RecordTable.MEMORY, row.rest());
            case 'y' -> new RecordName(RecordTable.MEMORY, last(row.rest()));
            case 'v' -> new RecordName(RecordTable.MEMORY_VERSION, row.rest());
            case 'x' ->
                row.fields().isPresent() && isTombstone(row)
                        ? other(row)
                        : new RecordName(RecordTable.CONTEXT, row.rest());
            case 'a' -> new RecordName(RecordTable.MODE, row.rest());
            case 't' -> new RecordName(RecordTable.TRANSITION, row.rest());
            case 'q' -> new RecordName(RecordTable.RESPONSE, row.rest());
            case 'z' -> new RecordName(RecordTable.SYNC_EVENT, row.rest());
            case 'c' -> new RecordName(RecordTable.CHANGE, row.rest());
            case 'l' -> isConflict(row.rest()) ? new RecordName(RecordTable.CONFLICT, row.rest()) : other(row);
            default -> other(row);
        };
    }

    private static boolean isConflict(byte[] rest) {
        return new String(rest, StandardCharsets.UTF_8).startsWith(CONFLICTS + '\0');
    }

    private static RecordName other(OwnerRow row) {
        byte[] name = ByteBuffer.allocate(1 + row.rest().length)
                .put((byte) row.table())
                .put(row.rest())
                .array();
        return new RecordName(RecordTable.OTHER, name);
    }

    private static byte[] last(byte[] numbers) {
        return ByteBuffer.allocate(8).put(numbers, numbers.length - 8, 8).array();
    }

    private static String rowName(OwnerRow row) {
        return switch (row.table()) {
            case 'm', 'e' -> String.valueOf(row.table());
            case 'y' -> "y" + Long.toHexString(row.firstNumber());
            default -> ROW;
        };
    }

    /// What people and other programs read of it.
    private static @Nullable Object content(OwnerRow row) {
        byte[] value = row.row();
        return switch (row.table()) {
            case 'm' -> Rows.Version.decode(value).memory();
            case 'v' -> {
                Rows.Version version = Rows.Version.decode(value);
                yield new MemoryVersion(
                        version.event(),
                        version.memory(),
                        version.version(),
                        version.at(),
                        version.by().keyId(),
                        version.by().instance());
            }
            case 'x' -> Rows.ContextRow.decode(value).context();
            case 'a' -> Rows.modeState(value);
            case 't' -> Rows.transition(value);
            case 'q' -> Rows.responseSource(value);
            case 'z' -> Rows.syncEvent(value);
            case 'l' -> Rows.document(value);
            default -> null;
        };
    }

    /// The rows of records, in the order in which they can be put: deletions first, the head last.
    public static List<OwnerRow> rows(Collection<StoredRecord> records) {
        List<OwnerRow> rows = new ArrayList<>();
        Map<String, Long> contexts = new HashMap<>();
        for (StoredRecord record : records) {
            if (record.deleted()) {
                rows.add(at(record.name(), Optional.empty()));
                continue;
            }
            record.rows().forEach((name, fields) -> rows.add(row(record.name(), name, fields)));
            if (record.name().table() == RecordTable.MEMORY && !record.rows().containsKey("e")) {
                rows.add(new OwnerRow('e', record.name().key(), Optional.empty())); // it may have had a vector before
            }
        }
        rows.removeIf(row -> row.table() == 'x' && isOlder(row, contexts, rows));
        rows.sort(ORDER);
        return rows;
    }

    /// A context that was deleted and put again, or the other way round, may be there as both.
    private static boolean isOlder(OwnerRow row, Map<String, Long> newest, List<OwnerRow> all) {
        if (newest.isEmpty()) {
            for (OwnerRow each : all) {
                if (each.table() == 'x') {
                    newest.merge(key(each), version(each), Math::max);
                }
            }
        }
        return version(row) < newest.getOrDefault(key(row), 0L);
    }

    private static String key(OwnerRow row) {
        return new String(row.rest(), StandardCharsets.UTF_8);
    }

    /// A deletion by itself says less than anything else of the same context.
    private static long version(OwnerRow row) {
        return row.fields().isEmpty() ? 0 : Rows.ContextRow.decode(row.row()).version();
    }

    /// Deletions first, the head last.
    private static int order(OwnerRow row) {
        return row.fields().isEmpty() ? 0 : row.table() == 'h' ? 2 : 1;
    }

    private static OwnerRow row(RecordName name, String rowName, byte[] fields) {
        if (rowName.startsWith("y")) {
            byte[] rest = ByteBuffer.allocate(16)
                    .putLong(Long.parseUnsignedLong(rowName.substring(1), 16))
                    .put(name.key())
                    .array();
            return new OwnerRow('y', rest, Optional.of(fields));
        }
        if (name.table() == RecordTable.MEMORY) {
            return new OwnerRow(rowName.charAt(0), name.key(), Optional.of(fields));
        }
        return at(name, Optional.of(fields));
    }

    private static OwnerRow at(RecordName name, Optional<byte[]> fields) {
        byte[] key = name.key();
        return switch (name.table()) {
            case MEMORY -> new OwnerRow('m', key, fields);
            case MEMORY_VERSION -> new OwnerRow('v', key, fields);
            case CONTEXT -> new OwnerRow('x', key, fields);
            case MODE -> new OwnerRow('a', key, fields);
            case TRANSITION -> new OwnerRow('t', key, fields);
            case RESPONSE -> new OwnerRow('q', key, fields);
            case SYNC_EVENT -> new OwnerRow('z', key, fields);
            case CONFLICT -> new OwnerRow('l', key, fields);
            case CHANGE -> new OwnerRow('c', key, fields);
            case OTHER -> new OwnerRow((char) key[0], Arrays.copyOfRange(key, 1, key.length), fields);
        };
    }
}
