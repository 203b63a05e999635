package dev.mneme.wire;

/// What a version conflict may be about.
public sealed interface Current permits ContextResource, MemoryResource, ModeResource, ResponseResource {}
