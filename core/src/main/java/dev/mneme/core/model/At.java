package dev.mneme.core.model;

/// A value as it was at one position of its owner.
public record At<T>(T value, Position position) {}
