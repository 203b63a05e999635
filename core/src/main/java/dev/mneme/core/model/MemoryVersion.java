package dev.mneme.core.model;

import java.time.Instant;

/// One entry of a memory's history.
///
/// @param memory the memory at that version; for a `DELETE`, the memory as it last was, with the version of the
///     deletion
/// @param keyId the key that wrote it
/// @param instance the instance that wrote it
public record MemoryVersion(
        MemoryEvent event, Memory memory, long version, Instant at, String keyId, String instance) {}
