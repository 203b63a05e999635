package dev.mneme.core.spi;

import dev.mneme.core.model.At;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Reads of sync events. The promises of [Store] hold; expired ones are shown by [#find], and the caller
/// hides them.
public interface SyncEvents {
    At<Optional<SyncEvent>> find(Owner owner, MemoryId id);

    /// What the instance has yet to process: by priority, then in the order in which they were posted.
    ///
    /// @param now what has expired by then is left out
    At<List<SyncEvent>> pending(Owner owner, String instanceId, Instant now, int limit);
}
