package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import java.util.List;

/// Every key, oldest first, without secrets.
@Doc("Every key.")
public record KeyList(@Doc("oldest first, without secrets") List<KeyResource> items) {}
