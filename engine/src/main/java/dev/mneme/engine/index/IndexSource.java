package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import org.jspecify.annotations.Nullable;

/// The source of a shard's index: the shard's rows, at one snapshot for each call.
public interface IndexSource {
    /// The owner's memories, by arrival.
    void memories(byte[] owner, Visitor visitor);

    /// The hashes of the owners whose memories changed after a log index, erased ones too, each once; of every owner if
    /// that can no longer be told.
    void ownersChangedAfter(long logIndex, java.util.function.Consumer<byte[]> visitor);

    @FunctionalInterface
    interface Visitor {
        void memory(long arrival, Memory memory, java.util.function.Supplier<@Nullable Embedding> embedding);
    }
}
