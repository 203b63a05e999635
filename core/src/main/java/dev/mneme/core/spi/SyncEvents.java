package dev.mneme.core.spi;

import dev.mneme.core.model.At;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads sync events. The promises of [Store] hold. Expired ones are shown by [#find], and the caller hides them.
public interface SyncEvents {
    At<Optional<SyncEvent>> find(Owner owner, MemoryId id);

    /// The events that the instance has yet to process: by priority, then in the order in which they were posted. A
    /// page looks at some thousand events at most, so it may end before it is full.
    ///
    /// @param after where the former page ended; null: from the beginning
    /// @param now events that have expired by then are left out
    At<Page> pending(Owner owner, String instanceId, Instant now, @Nullable Place after, int limit);

    /// A place in the order in which events are pending.
    record Place(SyncEvent.Priority priority, long sequence) {}

    /// @param next the place after which the next page begins; null when nothing follows
    record Page(List<SyncEvent> events, @Nullable Place next) {
        public Page {
            events = List.copyOf(events);
        }
    }
}
