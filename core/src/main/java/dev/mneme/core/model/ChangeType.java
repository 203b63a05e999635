package dev.mneme.core.model;

import java.util.Locale;

/// What happened, in the past tense.
public enum ChangeType {
    MEMORY_ADDED,
    MEMORY_UPDATED,
    MEMORY_DELETED,
    OWNER_ERASED,
    CONTEXT_PUT,
    CONTEXT_DELETED,
    MODE_CHANGED,
    MODE_CONFIGURED,
    TRANSITION_RECORDED,
    RESPONSE_RECORDED,
    SYNC_POSTED,
    SYNC_PROCESSED,
    CONFLICT_RECORDED,
    CONFLICT_RESOLVED;

    /// For example `memory.added`.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }
}
