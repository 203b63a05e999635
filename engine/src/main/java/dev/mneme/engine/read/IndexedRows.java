package dev.mneme.engine.read;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.engine.index.IndexSource;
import dev.mneme.engine.table.Rows;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A shard's rows as its search index wants them.
///
/// @param scan the rows as they are now, as far as they may be shown
/// @param all likewise, whatever may be shown
public record IndexedRows(Supplier<Scans> scan, Supplier<Scans> all) implements IndexSource {
    @Override
    public void memories(byte[] owner, Visitor visitor) {
        try (Scans scans = scan.get()) {
            long generation = scans.generation(owner);
            scans.memories(owner, 0, (arrival, version) -> {
                Memory memory = version.memory();
                visitor.memory(arrival, memory, () -> embedding(scans, owner, generation, arrival));
                return true;
            });
        }
    }

    private static @Nullable Embedding embedding(Scans scans, byte[] owner, long generation, long arrival) {
        byte[] row = scans.embeddingRow(owner, generation, arrival);
        return row == null ? null : Rows.embedding(row);
    }

    @Override
    public void ownersChangedAfter(long logIndex, Consumer<byte[]> visitor) {
        try (Scans scans = all.get()) {
            scans.ownersChangedAfter(logIndex, visitor);
        }
    }
}
