package dev.mneme.core.hub;

import java.util.Arrays;
import java.util.HexFormat;

/// The name of a record among those of its owner.
///
/// @param key unique within the table and the owner, at most 1,100 bytes. Of a context it is the UTF-8 of its key, of a
///     mode that of the instance; of all others it means something to the engine alone
@SuppressWarnings("ArrayRecordComponent") // compared by equals below
public record RecordName(RecordTable table, byte[] key) {
    @Override
    public boolean equals(Object other) {
        return other instanceof RecordName(RecordTable itsTable, byte[] itsKey)
                && table == itsTable
                && Arrays.equals(key, itsKey);
    }

    @Override
    public int hashCode() {
        return 31 * table.hashCode() + Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return table + "/" + HexFormat.of().formatHex(key);
    }
}
