package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import java.util.List;

/// The kept versions of a context.
@Doc("The kept versions of a context, also of a deleted one.")
public record ContextVersions(@Doc("oldest first") List<Version> versions) {
    /// A version.
    @Doc("A context as it was from one write to the next, or its deletion.")
    public record Version(
            @Doc("whether this is a deletion, which has no data")
            boolean deleted,

            @Doc("as the write left it") ContextResource context) {}
}
