package dev.mneme.core.model;

import java.time.Instant;

/// A scope id that memories carry, with how many live memories carry it and when the last of them changed.
public record Entity(OwnerKind kind, String id, long memories, Instant updatedAt) {}
