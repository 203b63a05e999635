package dev.mneme.wire;

/// A record that a version conflict may be about.
public sealed interface Current
        permits ConflictResource, ContextResource, MemoryResource, ModeResource, ResponseResource {}
