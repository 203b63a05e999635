package dev.mneme.core.memory;

import dev.mneme.core.command.Command.UpdateMemory.Expiry;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Timestamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which parts of a memory to change; null leaves a part as it is.
///
/// @param metadata an RFC 7396 merge patch
/// @param timestamp when it was said, according to the caller
/// @param expectedVersion the version that the writer saw, or `Command.ANY_VERSION`
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record MemoryPatch(
        @Nullable String text,
        @Nullable JsonObject metadata,
        @Nullable List<String> categories,
        @Nullable Expiry expiry,
        @Nullable Timestamp timestamp,
        float @Nullable [] vector,
        @Nullable String embedder,
        long expectedVersion) {
    public MemoryPatch(
            @Nullable String text,
            @Nullable JsonObject metadata,
            @Nullable List<String> categories,
            @Nullable Expiry expiry,
            float @Nullable [] vector,
            @Nullable String embedder,
            long expectedVersion) {
        this(text, metadata, categories, expiry, null, vector, embedder, expectedVersion);
    }
}
