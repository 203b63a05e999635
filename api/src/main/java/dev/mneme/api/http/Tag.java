package dev.mneme.api.http;

/// The heading under which the documentation shows a route.
///
/// @param description what its routes are about
public record Tag(String name, String description) {}
