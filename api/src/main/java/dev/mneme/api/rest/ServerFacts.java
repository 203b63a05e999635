package dev.mneme.api.rest;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.StorageStatus;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// What the server tells of itself.
///
/// @param embedder the id of what turns texts into vectors; null: nothing does
/// @param sockets open live connections
/// @param socketsOfKey those of the key with this id
/// @param reembedding owners whose vectors are still to be moved to the embedder's space; empty until counted
/// @param storage what the data folder takes on the disk
/// @param integrity what is known of stored data having been changed from outside
public record ServerFacts(
        String version,
        Instant startedAt,
        @Nullable String embedder,
        IntSupplier sockets,
        ToIntFunction<String> socketsOfKey,
        Supplier<OptionalLong> reembedding,
        Supplier<StorageStatus> storage,
        Supplier<Integrity.Report> integrity) {

    /// The live connections that a key may know of: all, or if it is restricted its own.
    int connections(ApiKey key) {
        return key.restriction().isNone() ? sockets.getAsInt() : socketsOfKey.applyAsInt(key.id());
    }
}
