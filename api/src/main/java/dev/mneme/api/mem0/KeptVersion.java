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

/// A memory as an event left it: by its history, since it may have been changed after.
final class KeptVersion {
    private KeptVersion() {}

    /// The version, or, where it is no longer kept, the oldest after it; empty for a memory that is gone or hidden.
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

    /// What is read, or empty where it is gone or hidden.
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
