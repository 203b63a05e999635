package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import org.jspecify.annotations.Nullable;

/// What an applied entry means for the search index, in order.
public sealed interface IndexUpdate {
    /// @return the owner's hash
    byte[] owner();

    /// The memory is there, new or changed.
    ///
    /// @param embedding its embedding now, or null when it has none
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Put(
            byte[] owner,
            long arrival,
            Memory memory,
            @Nullable Embedding embedding) implements IndexUpdate {}

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Remove(byte[] owner, long arrival) implements IndexUpdate {}

    /// The owner's vectors are others, all at once: to be read again from the rows.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Reload(byte[] owner) implements IndexUpdate {}

    /// All of the owner is gone.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Drop(byte[] owner) implements IndexUpdate {}
}
