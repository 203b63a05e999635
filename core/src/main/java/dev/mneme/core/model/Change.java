package dev.mneme.core.model;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a committed write did. Everything live is made of changes.
///
/// @param position its place in the owner's order; the former change is at `sequence - 1`
/// @param by who wrote it
/// @param localOnly whether it is kept from everything that is pushed: see [Subject#localOnly]
/// @param key names the record: a memory's id, a context's key, an instance; null for an erasure, and where the record
///     is no longer kept
/// @param subject the record as the change left it (a deleted one: as it last was); null for an erasure, and for a
///     version that is no longer kept
public record Change(
        Owner owner,
        Position position,
        ChangeType type,
        Instant at,
        Provenance by,
        boolean localOnly,
        @Nullable String key,
        @Nullable Subject subject) {

    /// A change of a memory, or an erasure.
    public Change(Owner owner, Position position, ChangeType type, Instant at, Provenance by, @Nullable Memory memory) {
        this(
                owner,
                position,
                type,
                at,
                by,
                memory != null && memory.localOnly(),
                memory == null ? null : memory.id().toString(),
                memory);
    }

    /// The memory, if the change is of one.
    public @Nullable Memory memory() {
        return subject instanceof Memory memory ? memory : null;
    }

    /// The part of it that may be pushed: usually all of it; nothing of a change that is local only; a switch of mode
    /// without a configuration that is local only.
    public Optional<Change> announced() {
        if (!localOnly) {
            return Optional.of(this);
        }
        if (type != ChangeType.MODE_CHANGED || !(subject instanceof ModeState state)) {
            return Optional.empty();
        }
        return Optional.of(new Change(owner, position, type, at, by, true, key, state.announced()));
    }

    /// Whether this connection must not be told of the change because it made the change itself. Both must have named
    /// the instance.
    public boolean echoOf(Provenance connection) {
        return by.named() && connection.named() && by.instance().equals(connection.instance());
    }
}
