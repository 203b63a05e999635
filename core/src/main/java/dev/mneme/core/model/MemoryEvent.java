package dev.mneme.core.model;

/// What a write did to a memory. `NONE`: the memory was already there.
public enum MemoryEvent {
    ADD,
    UPDATE,
    DELETE,
    NONE
}
