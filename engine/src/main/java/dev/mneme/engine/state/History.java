package dev.mneme.engine.state;

import dev.mneme.core.command.Command.ForgetVersions;
import dev.mneme.core.model.Retention;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which earlier versions of memories are kept. What goes is decided by the entry's time alone.
final class History {
    private History() {}

    /// Drops the oldest versions that are beyond the limits, after a new one was stored.
    ///
    /// @param newest the version just stored, which stays
    static void trim(Entry entry, byte[] owner, long arrival, long newest) {
        Retention retention = entry.retention();
        if (!retention.limitsVersions()) {
            return;
        }
        for (int i = 0; i < Entry.MAX_REMOVED_AT_ONCE; i++) {
            Map.Entry<byte[], byte[]> oldest = first(entry, owner, arrival, 0);
            if (oldest == null) {
                return;
            }
            Version version = Version.decode(oldest.getValue());
            boolean goes = retention.outnumbered(version.version(), newest)
                    || (version.version() < newest && retention.outlived(version.at(), entry.at()));
            if (!goes) {
                return;
            }
            entry.rows().delete(oldest.getKey());
        }
    }

    /// The oldest kept version from the given one on, the present version left out. What has become too
    /// old counts as gone, whether or not it has been removed yet.
    static @Nullable Version from(Entry entry, byte[] owner, long arrival, long version) {
        long from = version;
        for (int i = 0; i < Entry.MAX_REMOVED_AT_ONCE; i++) {
            Map.Entry<byte[], byte[]> row = first(entry, owner, arrival, from);
            if (row == null) {
                return null;
            }
            Version kept = Version.decode(row.getValue());
            if (!entry.retention().outlived(kept.at(), entry.at())) {
                return kept;
            }
            from = kept.version() + 1;
        }
        return null;
    }

    private static Map.@Nullable Entry<byte[], byte[]> first(Entry entry, byte[] owner, long arrival, long version) {
        return entry.rows().first(Keys.version(owner, arrival, version), Keys.version(owner, arrival + 1, 0));
    }

    /// Drops those of the versions that are too old.
    ///
    /// @return how many went
    static long forget(Entry entry, OwnerState owner, ForgetVersions versions) {
        long count = 0;
        for (ForgetVersions.Version each : versions.versions()) {
            byte[] pointerRow = entry.rows().get(Keys.pointer(each.id()));
            if (pointerRow == null || !Arrays.equals(Pointer.decode(pointerRow).owner(), owner.hash())) {
                continue;
            }
            byte[] key = Keys.version(owner.hash(), Pointer.decode(pointerRow).arrival(), each.version());
            byte[] row = entry.rows().get(key);
            if (row != null && entry.retention().outlived(Version.decode(row).at(), entry.at())) {
                entry.rows().delete(key);
                count++;
            }
        }
        return count;
    }
}
