package dev.mneme.api.request;

import dev.mneme.api.json.PlainJson;
import dev.mneme.core.command.Command.UpdateMemory.Expiry;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.model.MnemeException;
import dev.mneme.wire.PatchRequest;

/// Makes the core's patch from a request that updates a memory.
public final class MemoryPatches {
    private MemoryPatches() {}

    /// @param expectedVersion the version that the caller saw, or `Command.ANY_VERSION`
    /// @throws MnemeException `invalid_request` for an empty patch
    public static MemoryPatch of(PatchRequest body, long expectedVersion) {
        boolean nothing = body.text() == null
                && body.metadata() == null
                && body.categories() == null
                && !body.expiresAt().present()
                && body.vector() == null;
        if (nothing) {
            throw MnemeException.invalid(
                    "body", "Say what to change: text, metadata, categories, expiresAt or vector.");
        }
        return new MemoryPatch(
                body.text(),
                body.metadata() == null ? null : PlainJson.toJson(body.metadata()),
                body.categories(),
                body.expiresAt().present()
                        ? new Expiry(SentTimes.instant(body.expiresAt().value()))
                        : null,
                body.vector(),
                body.embedder(),
                expectedVersion);
    }
}
