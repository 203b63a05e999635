package dev.mneme.wire.mem0;

/// An export that can be fetched by its id.
public record ExportCreated(String message, String id) {}
