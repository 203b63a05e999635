package dev.mneme.core.memory;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import java.time.InstantSource;
import java.util.Optional;

/// Finds memories by id, as far as the caller may see them. A memory of somebody else is answered as a missing one.
///
/// **Threads**: any number may call.
///
/// **Failures**: `not_found`.
final class SeenMemories {
    private final Store store;
    private final InstantSource clock;

    SeenMemories(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    At<Memory> get(Caller caller, MemoryId id, StoreReads reads) {
        return reads.find(id)
                .filter(at -> Authorizer.maySee(caller, at.value()))
                .filter(at -> !at.value().expired(clock.instant()))
                .orElseThrow(SeenMemories::noSuchMemory);
    }

    /// The memory that is to be written, since its owner and scope are needed before the write. A repeated request may
    /// concern a memory that is deleted by now; its history still tells whose it was.
    Memory getToWrite(Caller caller, MemoryId id, boolean maybeRepeated) {
        Optional<Memory> memory = store.find(id).map(At::value);
        if (memory.isEmpty() && maybeRepeated) {
            memory = store.history(id).map(at -> at.value().getLast().memory());
        }
        return memory.filter(m -> Authorizer.maySee(caller, m)).orElseThrow(SeenMemories::noSuchMemory);
    }

    static MnemeException noSuchMemory() {
        return new MnemeException(ErrorCode.NOT_FOUND, "There is no memory with this id.");
    }
}
