package dev.mneme.testkit;

import dev.mneme.core.model.Owner;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// What a [ModelStore] keeps: its data folder, so to say. A store opened on it after another finds what that one
/// left.
///
/// **Threads**: guarded by the lock of the one store that is open on it.
public final class ModelHome {
    final String epoch = UUID.randomUUID().toString().substring(0, 8);
    final ModelFeed feed = new ModelFeed(epoch);
    final Map<Owner, ModelOwner> owners = new LinkedHashMap<>();
    final ModelSystem system = new ModelSystem(epoch);
    private Instant last = Instant.EPOCH;

    ModelOwner owner(Owner owner) {
        return owners.computeIfAbsent(owner, o -> new ModelOwner(o, epoch, feed));
    }

    Optional<ModelOwner> find(Owner owner) {
        return Optional.ofNullable(owners.get(owner));
    }

    /// The next command time: never before the last.
    Instant commandTime(Instant now) {
        Instant millis = now.truncatedTo(ChronoUnit.MILLIS);
        last = millis.isAfter(last) ? millis : last;
        return last;
    }
}
