package dev.mneme.core.spi;

import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Owner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads everything that is kept of owners, for another store. Each owner's records are of one moment; those of several
/// owners are not.
///
/// **Threads**: any may call.
public interface Exports {
    /// Checks the data before an export begins.
    ///
    /// @param owner whose; null: everybody's
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when some of them were changed from
    ///     outside
    default void requireServed(@Nullable Owner owner) {}

    /// Shows every record: memories in the order in which they came, deleted ones included, then contexts and the other
    /// records.
    ///
    /// @param owner whose; null: everybody's
    void export(@Nullable Owner owner, Consumer<Exported> visitor);
}
