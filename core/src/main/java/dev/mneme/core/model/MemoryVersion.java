package dev.mneme.core.model;

import java.time.Instant;

/// One entry of a memory's history.
///
/// @param memory the memory at that version; of a `DELETE`, the memory as it last was, under the version that
///     ended
///     it
/// @param keyId the key that wrote it
/// @param instance the instance that wrote it
public record MemoryVersion(
        MemoryEvent event, Memory memory, long version, Instant at, String keyId, String instance) {}
