package dev.mneme.api.mem0;

import dev.mneme.core.access.Caller;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.request.ReadOptions;
import java.util.Optional;
import java.util.function.Supplier;

/// Finds a memory as an event left it. That takes the history, since the memory may have been changed after.
final class KeptVersion {
    private KeptVersion() {}

    /// The version or, if it is no longer kept, the oldest one after it; empty for a memory that is gone or hidden.
    static Optional<Memory> of(MemoryService memories, Caller caller, MemoryId id, long version) {
        return ifThere(() -> memories.get(caller, id, ReadOptions.DEFAULT).value())
                .flatMap(now -> now.version() == version
                        ? Optional.of(now)
                        : ifThere(() -> memories.history(caller, id, ReadOptions.DEFAULT)
                                        .value())
                                .stream()
                                .flatMap(versions -> versions.stream())
                                .filter(kept -> kept.version() >= version)
                                .map(MemoryVersion::memory)
                                .findFirst());
    }

    /// The result of a read; empty if the memory is gone or hidden.
    static <T> Optional<T> ifThere(Supplier<T> read) {
        try {
            return Optional.of(read.get());
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
