package dev.mneme.core.model;

/// What a write did to a memory. `NONE`: it was there already.
public enum MemoryEvent {
    ADD,
    UPDATE,
    DELETE,
    NONE
}
