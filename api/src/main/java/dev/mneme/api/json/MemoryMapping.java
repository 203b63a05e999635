package dev.mneme.api.json;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Timestamp;
import dev.mneme.wire.MemoryResource;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A memory as the doors show it.
public final class MemoryMapping {
    private MemoryMapping() {}

    public static MemoryResource resource(Memory memory) {
        ScopeIds scope = memory.scope();
        return new MemoryResource(
                memory.id().toString(),
                scope.userId(),
                scope.agentId(),
                scope.appId(),
                scope.runId(),
                memory.text(),
                memory.role(),
                PlainJson.of(memory.metadata()),
                memory.categories(),
                instant(memory.timestamp()),
                Times.format(memory.createdAt()),
                Times.format(memory.updatedAt()),
                time(memory.expiresAt()),
                memory.version(),
                memory.replacedBy() == null ? null : memory.replacedBy().toString());
    }

    /// The instant of a caller's timestamp, in UTC like all other times.
    public static @Nullable String instant(@Nullable Timestamp timestamp) {
        return timestamp == null ? null : Times.format(timestamp.at());
    }

    public static @Nullable String time(@Nullable Instant at) {
        return at == null ? null : Times.format(at);
    }
}
