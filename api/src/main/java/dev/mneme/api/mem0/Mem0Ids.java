package dev.mneme.api.mem0;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import java.util.UUID;

/// Reads memories' ids as mem0's clients send them, in the path or in a body.
final class Mem0Ids {
    static final Parameter MEMORY_ID =
            Parameter.string("memory_id", "the memory").withSlashes();

    private Mem0Ids() {}

    static MemoryId of(Request request) {
        return read(request.path(MEMORY_ID.name()), MEMORY_ID.name());
    }

    /// @throws MnemeException `invalid_request` for an id that is no UUID, which mem0's platform tells from a missing
    ///     memory
    static MemoryId read(String text, String path) {
        try {
            UUID id = UUID.fromString(text);
            if (text.length() == 36) {
                return new MemoryId(id);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw MnemeException.invalid(path, path + " should be a valid UUID");
    }
}
