package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;

/// It is taken as it is.
@Doc("It is taken as it is now, and served.")
public record Accepted(@OneOf("ACCEPT") String event) {}
