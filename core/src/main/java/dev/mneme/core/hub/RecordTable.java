package dev.mneme.core.hub;

/// The kinds of records that a hub's database keeps of an owner.
public enum RecordTable {
    /// A memory, with its vectors.
    MEMORY,
    /// An earlier version of a memory, or its deletion.
    MEMORY_VERSION,
    CONTEXT,
    MODE,
    TRANSITION,
    RESPONSE,
    SYNC_EVENT,
    /// A stored conflict: see `/api/v1/conflicts`.
    CONFLICT,
    /// A change of the feed.
    CHANGE,
    /// What nobody but Mneme reads: earlier versions of contexts, idempotency records, documents, API keys.
    OTHER
}
