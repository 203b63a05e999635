package dev.mneme.api.mem0;

import dev.mneme.core.access.Caller;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// The events of the latest requests that were done when they were answered: the newest 10,000, with at most 100,000
/// results. They are in memory and go with the process. An event has ids and no text, so that nothing outlives its
/// memory here.
///
/// An event is shown to the key that made it, and to admin keys without restrictions.
///
/// **Threads**: any number may call; the lock guards the map.
final class RecentEvents {
    static final int CAPACITY = 10_000;
    private static final int MAX_RESULTS = 100_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<UUID, Event> events = new LinkedHashMap<>();
    private int held;

    /// @param type `ADD` or `DELETE`
    /// @param results what was done to which memory
    record Event(UUID id, String type, String keyId, Instant startedAt, Instant completedAt, List<Result> results) {
        Event {
            results = List.copyOf(results);
        }

        /// @param event `ADD`, `UPDATE`, `DELETE` or `NONE`
        /// @param version of the memory after the event
        record Result(MemoryId id, String event, long version) {}
    }

    /// Remembers a request that was done between the two times.
    UUID done(Caller caller, String type, Instant startedAt, Instant now, List<Event.Result> results) {
        Event event = new Event(UUID.randomUUID(), type, caller.key().id(), startedAt, now, results);
        lock.lock();
        try {
            events.put(event.id(), event);
            held += event.results().size();
            while (events.size() > CAPACITY || held > MAX_RESULTS) {
                held -= events.pollFirstEntry().getValue().results().size();
            }
        } finally {
            lock.unlock();
        }
        return event.id();
    }

    Optional<Event> find(Caller caller, UUID id) {
        lock.lock();
        try {
            return Optional.ofNullable(events.get(id)).filter(event -> maySee(caller, event));
        } finally {
            lock.unlock();
        }
    }

    /// The caller's events, newest first.
    List<Event> list(Caller caller) {
        List<Event> seen = new ArrayList<>();
        lock.lock();
        try {
            events.values().stream().filter(event -> maySee(caller, event)).forEach(seen::add);
        } finally {
            lock.unlock();
        }
        return List.copyOf(seen.reversed());
    }

    private static boolean maySee(Caller caller, Event event) {
        boolean operator =
                caller.key().role() == Role.ADMIN && caller.key().restriction().isNone();
        return operator || event.keyId().equals(caller.key().id());
    }
}
