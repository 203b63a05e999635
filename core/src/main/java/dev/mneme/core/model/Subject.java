package dev.mneme.core.model;

/// A record that changes are about, as a change left it.
public sealed interface Subject permits Memory, Context, ModeState, Transition, ResponseSource, SyncEvent, Conflict {
    /// Counts 1, 2, 3 … per record; always 1 for a record that never changes.
    long version();

    /// Whether an instance wrote it while it was `inspired`. Its user may ask for it, but it never goes into a push, a
    /// webhook, the hub or a remote model.
    boolean localOnly();
}
