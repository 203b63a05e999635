package dev.mneme.core.hub;

/// What all nodes of a hub go by. It is made with the database and never changes.
///
/// @param format of what Mneme stores in the database
/// @param epoch of positions, on every node
public record HubIdentity(int format, String epoch) {}
