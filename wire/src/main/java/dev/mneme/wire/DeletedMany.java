package dev.mneme.wire;

/// @param deleted how many memories went
public record DeletedMany(long deleted) {}
