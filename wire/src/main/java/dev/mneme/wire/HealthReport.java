package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import java.util.Map;

/// Whether the server can serve, part by part.
@Doc("Whether the server can serve.")
public record HealthReport(
        @OneOf({"ok", "failing"}) String status,
        @Doc("by name") Map<String, Part> parts) {
    /// A part of the server.
    @Doc("A part of the server.")
    public record Part(
            @OneOf({"ok", "failing"}) String status,
            @Doc("what it is, or what is wrong") String detail) {}
}
