package dev.mneme.engine.read;

import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Retention;
import dev.mneme.engine.table.Rows.Version;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Which versions of a memory are kept, as readers see it: what is beyond the limits is gone for them, even where it
/// has not yet been removed.
public record KeptVersions(Retention retention, InstantSource clock) {
    /// @param versions of one memory, oldest first
    public List<Version> of(List<Version> versions) {
        if (versions.isEmpty()) {
            return versions;
        }
        Instant now = clock.instant();
        Version newest = versions.getLast();
        return versions.stream()
                .filter(version -> !retention.outnumbered(version.version(), newest.version()))
                .filter(version -> (version.equals(newest) && version.event() != MemoryEvent.DELETE)
                        || !retention.outlived(version.at(), now))
                .toList();
    }
}
