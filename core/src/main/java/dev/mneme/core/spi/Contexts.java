package dev.mneme.core.spi;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads contexts. The promises of [Store] hold. Expired contexts are shown, and the caller hides them.
public interface Contexts {
    /// The newest version, even of an expired context; empty if there never was one, or if it was deleted, or removed
    /// after its expiry.
    At<Optional<Context>> find(Owner owner, String key);

    /// Every kept version, oldest first; a deletion is one too.
    At<List<ContextVersion>> versions(Owner owner, String key);

    /// A page in the order of the keys' UTF-8 bytes.
    At<List<Context>> list(Query query);

    /// @param now contexts that have expired by then are left out
    /// @param afterKey the last key of the former page, or null
    record Query(
            Owner owner,
            @Nullable ContextType type,
            @Nullable String tag,
            @Nullable Mode mode,
            Instant now,
            @Nullable String afterKey,
            int limit) {
        public boolean matches(Context context) {
            return !context.expired(now)
                    && (type == null || context.type() == type)
                    && (tag == null || context.tags().contains(tag))
                    && (mode == null || context.mode() == mode);
        }
    }
}
