package dev.mneme.core.memory;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.MemoryChecks;
import dev.mneme.core.request.TextBytes;
import dev.mneme.core.spi.Store;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Changes parts of a memory; a changed text gets a vector of its own.
///
/// **Threads**: any number may call.
final class MemoryUpdates {
    private final Store store;
    private final Embeddings embeddings;
    private final SeenMemories seen;
    private final Limits limits;
    private final MemoryChecks checks;

    MemoryUpdates(Store store, Embeddings embeddings, SeenMemories seen, Limits limits) {
        this.store = store;
        this.embeddings = embeddings;
        this.seen = seen;
        this.limits = limits;
        this.checks = new MemoryChecks(limits);
    }

    /// Fails as [#update] would refuse this change of the memory as it is now. For doors that take all changes of a
    /// request or none.
    void requireValid(Caller caller, MemoryId id, MemoryPatch patch) {
        Authorizer.require(caller, Role.WRITE);
        checked(caller, id, patch, false);
    }

    /// The memory, once it is certain that this change of it is allowed.
    private Memory checked(Caller caller, MemoryId id, MemoryPatch patch, boolean maybeRepeated) {
        if (patch.text() != null) {
            checks.text(patch.text());
        }
        checks.categories(patch.categories());
        if (patch.metadata() != null) {
            TextBytes.of("metadata", patch.metadata()); // well-formed?
        }
        Memory now = seen.getToWrite(caller, id, maybeRepeated);
        if (now.immutable()) {
            throw MnemeException.invalid(
                    "id", "This memory is immutable: it can be deleted, and another be added, but not be changed.");
        }
        if (patch.metadata() != null && !maybeRepeated) {
            checks.patched(now.metadata(), now.metadata().mergePatch(patch.metadata())); // the store decides again
        }
        return now;
    }

    Written<Memory> update(Caller caller, MemoryId id, MemoryPatch patch, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Memory now = checked(caller, id, patch, idempotency != null);
        Owner owner = now.scope().owner();
        Optional<WriteResult> answered =
                idempotency == null ? Optional.empty() : store.answered(owner, caller.by(), idempotency);
        WriteResult result = answered.isPresent()
                ? Writes.accepted(answered.get())
                : Writes.one(store, caller, owner, idempotency, update(caller, now, patch));
        return Written.of(result, Memory.class);
    }

    /// The command of [#update].
    Command.UpdateMemory prepare(Caller caller, MemoryId id, MemoryPatch patch) {
        Authorizer.require(caller, Role.WRITE);
        return update(caller, checked(caller, id, patch, false), patch);
    }

    private Command.UpdateMemory update(Caller caller, Memory now, MemoryPatch patch) {
        Embedding embedding = patch.text() == null && patch.vector() == null && patch.embedder() == null
                ? null
                : embeddings.ofText(
                        caller,
                        false,
                        now.scope().owner(),
                        patch.text() == null ? now.text() : patch.text(),
                        now.name(),
                        patch.vector(),
                        patch.embedder(),
                        now.localOnly()
                                || embeddings.areKeptFrom(caller, now.scope().owner()));
        return new Command.UpdateMemory(
                now.id(),
                patch.text(),
                embedding,
                patch.metadata(),
                patch.categories(),
                patch.expiry(),
                patch.timestamp(),
                patch.expectedVersion(),
                limits.metadataBytes());
    }
}
