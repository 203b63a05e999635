package dev.mneme.core.model;

/// What a change concerns: one of the nouns, as the change left it.
public sealed interface Subject permits Memory, Context, ModeState, Transition, ResponseSource, SyncEvent {
    /// Counts 1, 2, 3 … per record; 1 for ever for a record that never changes.
    long version();

    /// Whether it was written by an instance while that was `inspired`: it may be asked for by its user, and
    /// never goes into a push, a webhook, the hub or a remote model.
    boolean localOnly();
}
