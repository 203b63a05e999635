package dev.mneme.core.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a committed write did: the one thing that everything live is made of.
///
/// @param position its place in the owner's order; the change before it is at `sequence - 1`
/// @param by who wrote it
/// @param memory the memory as the change left it (of a deleted one: as it last was); null for an erased
///     owner, and
///     for
/// a memory whose
///     history is no longer kept
public record Change(
        Owner owner,
        Position position,
        ChangeType type,
        Instant at,
        Provenance by,
        @Nullable Memory memory) {

    /// Whether a connection must not be told, because it wrote this itself: both sides named the instance.
    public boolean echoOf(Provenance connection) {
        return by.named() && connection.named() && by.instance().equals(connection.instance());
    }
}
