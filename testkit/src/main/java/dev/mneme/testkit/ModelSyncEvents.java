package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.SyncEvents;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The model's sync events of one user, in the order in which they were posted. Guarded by the store's lock.
final class ModelSyncEvents {
    private static final Comparator<SyncEvents.Place> ORDER =
            Comparator.comparing(SyncEvents.Place::priority).thenComparingLong(SyncEvents.Place::sequence);

    private final ModelOwner owner;
    private final Map<MemoryId, SyncEvent> events = new LinkedHashMap<>();

    ModelSyncEvents(ModelOwner owner) {
        this.owner = owner;
    }

    Outcome post(Command.PostSyncEvent post, ModelOwner.Stamp stamp) {
        if (events.containsKey(post.id())) {
            return new Outcome.Rejected(ErrorCode.VERSION_CONFLICT, "used", "id", null);
        }
        SyncEvent event = new SyncEvent(
                post.id(),
                owner.owner().id(),
                post.sourceInstance(),
                post.type(),
                post.data(),
                post.targets(),
                Set.of(),
                post.priority(),
                stamp.at(),
                post.expiresAt(),
                1,
                owner.head().sequence() + 1,
                owner.localOnly(stamp) || owner.modes().inspired(post.sourceInstance()));
        events.put(event.id(), event);
        owner.tell(ChangeType.SYNC_POSTED, event.id().toString(), event, event.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.ADD, event);
    }

    Outcome bring(SyncEvent imported, ModelOwner.Stamp stamp) {
        if (events.containsKey(imported.id())) {
            return new Outcome.Stored(MemoryEvent.NONE, imported);
        }
        SyncEvent event = imported.withSequence(owner.head().sequence() + 1);
        events.put(event.id(), event);
        owner.tell(ChangeType.SYNC_POSTED, event.id().toString(), event, event.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.ADD, event);
    }

    Outcome process(Command.ProcessSyncEvent process, ModelOwner.Stamp stamp) {
        SyncEvent event = events.get(process.id());
        if (event == null || event.expired(stamp.at())) {
            return new Outcome.Rejected(ErrorCode.NOT_FOUND, "none", null, null);
        }
        Set<String> processedBy = new TreeSet<>(event.processedBy());
        if (!processedBy.add(process.instanceId())) {
            return new Outcome.Stored(MemoryEvent.NONE, event);
        }
        if (processedBy.size() > SyncEvent.MAX_PROCESSED_BY) {
            return new Outcome.Rejected(ErrorCode.TOO_LARGE, "full", "instanceId", null);
        }
        SyncEvent next = new SyncEvent(
                event.id(),
                event.userId(),
                event.sourceInstance(),
                event.type(),
                event.data(),
                event.targets(),
                processedBy,
                event.priority(),
                event.at(),
                event.expiresAt(),
                event.version() + 1,
                event.sequence(),
                event.localOnly() || owner.localOnly(stamp) || owner.modes().inspired(process.instanceId()));
        events.put(next.id(), next);
        owner.tell(ChangeType.SYNC_PROCESSED, next.id().toString(), next, next.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.UPDATE, next);
    }

    void expire(Command.Expired.OfSyncEvent expired, ModelOwner.Stamp stamp) {
        find(expired.id())
                .filter(event -> event.version() == expired.version() && event.expired(stamp.at()))
                .ifPresent(event -> events.remove(event.id()));
    }

    Optional<SyncEvent> find(MemoryId id) {
        return Optional.ofNullable(events.get(id));
    }

    /// In the order in which they were posted.
    List<SyncEvent> all() {
        return List.copyOf(events.values());
    }

    long count(Instant now) {
        return events.values().stream().filter(event -> !event.expired(now)).count();
    }

    SyncEvents.Page pending(String instanceId, Instant now, SyncEvents.@Nullable Place after, int limit) {
        List<SyncEvent> all = events.values().stream()
                .filter(event -> event.pendingFor(instanceId) && !event.expired(now))
                .sorted(Comparator.comparing(ModelSyncEvents::place, ORDER))
                .filter(event -> after == null || ORDER.compare(place(event), after) > 0)
                .toList();
        List<SyncEvent> page = all.subList(0, Math.min(limit, all.size()));
        return new SyncEvents.Page(page, page.size() < all.size() ? place(page.getLast()) : null);
    }

    private static SyncEvents.Place place(SyncEvent event) {
        return new SyncEvents.Place(event.priority(), event.sequence());
    }
}
