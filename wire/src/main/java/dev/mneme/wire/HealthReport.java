package dev.mneme.wire;

import java.util.Map;

/// Whether the server can serve, part by part.
///
/// @param status `ok` or `failing`
public record HealthReport(String status, Map<String, Part> parts) {
    /// @param detail what it is, or what is wrong
    public record Part(String status, String detail) {}
}
