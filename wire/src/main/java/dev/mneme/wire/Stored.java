package dev.mneme.wire;

/// What became of a memory that was sent.
///
/// @param event `ADD`, `UPDATE`, or `NONE` when it was there already
/// @param position the owner's position after the write
public record Stored(String event, MemoryResource memory, String position) {}
