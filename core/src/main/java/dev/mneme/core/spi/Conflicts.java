package dev.mneme.core.spi;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads conflicts. The promises of [Store] hold. Expired ones are shown, and the caller hides them.
public interface Conflicts {
    At<Optional<Conflict>> find(Owner owner, MemoryId id);

    /// A page in the order of the ids, which is that of detection.
    At<List<Conflict>> list(Query query);

    /// @param status only these; null: open and resolved ones
    /// @param kind only those about such records; null: about any
    /// @param after the last id of the former page, or null
    record Query(
            Owner owner,
            Conflict.@Nullable Status status,
            Conflict.@Nullable Kind kind,
            @Nullable MemoryId after,
            int limit) {
        public boolean matches(Conflict conflict) {
            return (status == null || conflict.status() == status)
                    && (kind == null || conflict.about().kind() == kind);
        }
    }
}
