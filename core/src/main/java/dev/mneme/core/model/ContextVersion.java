package dev.mneme.core.model;

/// One kept version of a context.
///
/// @param context for a deletion: without data and tags, with the deletion's time and writer
/// @param deleted whether this version is a deletion
public record ContextVersion(Context context, boolean deleted) {}
