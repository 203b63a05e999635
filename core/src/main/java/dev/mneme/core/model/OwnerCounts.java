package dev.mneme.core.model;

/// How many records of each noun an owner has.
///
/// @param memories including expired ones, until they are deleted
/// @param contexts that have not expired
/// @param modes instances that have one
/// @param syncEvents that have not expired
/// @param changes that are still retained
public record OwnerCounts(
        long memories, long contexts, long modes, long transitions, long responses, long syncEvents, long changes) {}
