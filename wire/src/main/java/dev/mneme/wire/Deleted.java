package dev.mneme.wire;

/// A memory is deleted.
public record Deleted(String event, String id, String position) {}
