package dev.mneme.core.spi;

import dev.mneme.core.model.Document;
import dev.mneme.core.model.Owner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads documents. Threads and failures are those of [Store].
public interface Documents {
    /// The owner of the server's own documents, in the system shard.
    Owner SYSTEM = Owner.ofServer("documents");

    Optional<Document> find(Owner owner, String collection, String id);

    /// A collection's documents in the order of their ids' bytes, at most `limit`.
    ///
    /// @param afterId the last id of the former page, or null
    List<Document> list(Owner owner, String collection, @Nullable String afterId, int limit);
}
