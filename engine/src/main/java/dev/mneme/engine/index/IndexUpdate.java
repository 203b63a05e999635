package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import org.jspecify.annotations.Nullable;

/// What an applied entry means for the search index; updates are in order.
public sealed interface IndexUpdate {
    /// @return the owner's hash
    byte[] owner();

    /// The memory exists, and is new or changed.
    ///
    /// @param embedding its present embedding, or null when it has none
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Put(
            byte[] owner,
            long arrival,
            Memory memory,
            @Nullable Embedding embedding) implements IndexUpdate {}

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Remove(byte[] owner, long arrival) implements IndexUpdate {}

    /// All of the owner's vectors have changed at once, and must be read again from the rows.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Reload(byte[] owner) implements IndexUpdate {}

    /// All data of the owner are gone.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Drop(byte[] owner) implements IndexUpdate {}
}
