package dev.mneme.engine.backup;

import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.Seal;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// All shards' rows at one moment. Whoever made it closes it.
///
/// @param epoch of the positions of the store that it was taken from
/// @param slots for each shard but the system's: which slots it has, as `<first>-<last>,…` in hex
/// @param parts one for each shard, by id, the system's last
/// @param seal what the rows are sealed with
/// @param withKey whether the integrity key is to lie in the backup, since it lies with the data
public record BackupCut(
        Instant at, String epoch, SortedMap<ShardId, String> slots, List<Part> parts, Seal seal, boolean withKey)
        implements AutoCloseable {
    public BackupCut {
        slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
        parts = List.copyOf(parts);
    }

    /// One shard.
    ///
    /// @param appliedIndex the log index that the rows contain
    public record Part(ShardId shard, long appliedIndex, Tables.Snapshot rows) {}

    @Override
    public void close() {
        parts.forEach(part -> part.rows().close());
    }
}
