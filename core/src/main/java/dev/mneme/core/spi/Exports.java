package dev.mneme.core.spi;

import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Owner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads everything that is kept of owners, for another store. Each owner's records are of one moment;
/// several owners' are not.
///
/// **Threads**: any may call.
public interface Exports {
    /// Before an export begins.
    ///
    /// @param owner whose; null: everybody's
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when data of it was changed from outside
    default void requireServed(@Nullable Owner owner) {}

    /// Gives every record: memories in the order in which they came, deleted ones too, then contexts and
    /// the rest.
    ///
    /// @param owner whose; null: everybody's
    void export(@Nullable Owner owner, Consumer<Exported> visitor);
}
