package dev.mneme.api.rest;

import dev.mneme.core.hub.HubStatus;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.StorageStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// What the server tells about itself.
///
/// @param embedder the embedder's id; null: there is none
/// @param sockets open live connections
/// @param socketsOfKey those of the key with this id
/// @param reembedding owners whose vectors are still to be moved to the embedder's space; empty until counted
/// @param storage what the data folder takes on the disk
/// @param integrity what is known about stored data that were changed from outside
/// @param hub how the hub is that this server is of; empty when it runs by itself
public record ServerFacts(
        String version,
        Instant startedAt,
        @Nullable String embedder,
        IntSupplier sockets,
        ToIntFunction<String> socketsOfKey,
        Supplier<OptionalLong> reembedding,
        Supplier<StorageStatus> storage,
        Supplier<Integrity.Report> integrity,
        Supplier<Optional<HubStatus>> hub) {

    /// How many live connections a key may know of: all, or only its own if it is restricted.
    int connections(ApiKey key) {
        return key.restriction().isNone() ? sockets.getAsInt() : socketsOfKey.applyAsInt(key.id());
    }
}
