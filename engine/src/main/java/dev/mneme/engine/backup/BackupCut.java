package dev.mneme.engine.backup;

import dev.mneme.core.spi.Tables;
import java.time.Instant;
import java.util.List;

/// All shards' rows at one moment. Whoever made it closes it.
///
/// @param epoch of the positions of the store that it was taken from
/// @param slots for each shard but the system's: which slots it has, as `<first>-<last>,…` in hex
/// @param parts one for each shard, the system's last
public record BackupCut(Instant at, String epoch, List<String> slots, List<Part> parts) implements AutoCloseable {
    public BackupCut {
        slots = List.copyOf(slots);
        parts = List.copyOf(parts);
    }

    /// One shard.
    ///
    /// @param appliedIndex the log index that the rows contain
    public record Part(String shard, long appliedIndex, Tables.Snapshot rows) {}

    @Override
    public void close() {
        parts.forEach(part -> part.rows().close());
    }
}
