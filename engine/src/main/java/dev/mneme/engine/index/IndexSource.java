package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import org.jspecify.annotations.Nullable;

/// Where a shard's index is made from: the shard's rows, at one snapshot each call.
public interface IndexSource {
    /// The owner's memories, by arrival.
    void memories(byte[] owner, Visitor visitor);

    /// The hashes of the owners whose memories changed after a log index, erased ones too, each once;
    /// of every owner when that cannot be told any more.
    void ownersChangedAfter(long logIndex, java.util.function.Consumer<byte[]> visitor);

    @FunctionalInterface
    interface Visitor {
        void memory(long arrival, Memory memory, java.util.function.Supplier<@Nullable Embedding> embedding);
    }
}
