package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;

/// Why one of many was not stored. It is a shape of [AddOutcome].
@Doc("Why one of many was not stored.")
public record AddRefused(@Doc("why") Problem error) {}
