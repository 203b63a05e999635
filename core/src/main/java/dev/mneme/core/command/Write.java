package dev.mneme.core.command;

import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Commands of one owner that are decided together: readers see all of their effects or none. A command that is
/// rejected has no effect; the others are not affected.
public record Write(Owner owner, Provenance by, @Nullable Idempotency idempotency, List<Command> commands) {
    public Write {
        commands = List.copyOf(commands);
    }

    /// Makes a repeated request get the first answer again. Kept per owner and key id.
    ///
    /// @param key the caller's idempotency key
    /// @param requestHash SHA-256 of the request; the same key with another hash is refused
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Idempotency(String key, byte[] requestHash) {}
}
