package dev.mneme.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Every version of a memory, oldest first, also of a deleted one.
public record History(List<Version> versions) {
    /// @param event `ADD`, `UPDATE` or `DELETE`
    /// @param key the id of the key that wrote it
    /// @param instance the instance that wrote it
    public record Version(
            long version,
            String event,
            String text,
            Map<String, @Nullable Object> metadata,
            List<String> categories,
            String at,
            String key,
            String instance) {}
}
