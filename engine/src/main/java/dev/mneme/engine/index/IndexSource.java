package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import org.jspecify.annotations.Nullable;

/// Where a shard's index is made from: the shard's rows, at one snapshot each call.
public interface IndexSource {
    /// The owner's memories, by arrival.
    void memories(byte[] owner, Visitor visitor);

    /// Every owner of the shard, by hash.
    void owners(java.util.function.Consumer<byte[]> visitor);

    @FunctionalInterface
    interface Visitor {
        void memory(long arrival, Memory memory, java.util.function.Supplier<@Nullable Embedding> embedding);
    }
}
