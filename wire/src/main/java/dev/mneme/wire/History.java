package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Every version of a memory, oldest first, even of a deleted one.
@Doc("Every version of a memory, also of a deleted one.")
public record History(@Doc("oldest first") List<Version> versions) {
    /// A version.
    @Doc("A memory as it was from one write to the next.")
    public record Version(
            @Range(min = 1) long version,

            @Doc("what the write did") @OneOf({"ADD", "UPDATE", "DELETE"})
            String event,

            String text,
            Map<String, @Nullable Object> metadata,
            List<String> categories,
            @Doc("when it was written") @Time String at,
            @Doc("the id of the key that wrote it") String key,
            @Doc("the instance that wrote it") String instance) {}
}
