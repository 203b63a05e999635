package dev.mneme.wire;

/// A key is revoked: from this answer on it opens nothing.
public record KeyRevoked(String event, String id) {}
