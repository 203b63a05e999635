package dev.mneme.core.spi;

import dev.mneme.core.model.Document;
import dev.mneme.core.model.Owner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads documents. Threads and failures as of [Store].
public interface Documents {
    /// Whose the server's own documents are, in the system shard.
    Owner SYSTEM = Owner.ofServer("documents");

    Optional<Document> find(Owner owner, String collection, String id);

    /// A collection's documents by the bytes of their ids, so many at most.
    ///
    /// @param afterId the last of the page before, or null
    List<Document> list(Owner owner, String collection, @Nullable String afterId, int limit);
}
