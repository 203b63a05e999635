package dev.mneme.engine.feed;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store.Subscription;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Who waits for whose changes.
///
/// **Threads**: any.
public final class Subscribers {
    private final ConcurrentHashMap<Owner, Set<Registration>> byOwner = new ConcurrentHashMap<>();
    private final Set<Registration> ofAll = new ConcurrentSkipListSet<>();
    private final AtomicLong registered = new AtomicLong();

    /// By its number: the same runnable may be registered twice, and whoever came first is told first.
    private record Registration(long number, Runnable onAdvance) implements Comparable<Registration> {
        @Override
        public int compareTo(Registration other) {
            return Long.compare(number, other.number);
        }
    }

    /// @param owner whose, or null for everybody's
    public Subscription subscribe(@Nullable Owner owner, Runnable onAdvance) {
        Registration registration = new Registration(registered.getAndIncrement(), onAdvance);
        if (owner == null) {
            ofAll.add(registration);
            return () -> ofAll.remove(registration);
        }
        byOwner.compute(owner, (key, set) -> {
            Set<Registration> registrations = set == null ? new ConcurrentSkipListSet<>() : set;
            registrations.add(registration);
            return registrations;
        });
        return () -> byOwner.computeIfPresent(owner, (key, set) -> {
            set.remove(registration);
            return set.isEmpty() ? null : set;
        });
    }

    /// Anybody's positions may have advanced, and anybody may have been erased.
    public void wakeAll() {
        byOwner.values().forEach(registrations -> registrations.forEach(each -> each.onAdvance.run()));
        ofAll.forEach(each -> each.onAdvance.run());
    }

    /// These owners' positions advanced.
    public void wake(Collection<Owner> owners) {
        for (Owner owner : owners) {
            Set<Registration> registrations = byOwner.get(owner);
            if (registrations != null) {
                registrations.forEach(each -> each.onAdvance.run());
            }
        }
        if (!owners.isEmpty()) {
            ofAll.forEach(each -> each.onAdvance.run());
        }
    }
}
