package dev.mneme.core.hub;

/// How a node of a hub is.
///
/// @param database how MongoDB is
/// @param events how Redis is; `connected` is false when none is configured
/// @param eventsConfigured whether there is a Redis
/// @param owners how many owners are in use
/// @param waiting how many writes wait for the database
public record HubStatus(HubHealth database, HubHealth events, boolean eventsConfigured, int owners, int waiting) {}
