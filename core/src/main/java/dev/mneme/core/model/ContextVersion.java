package dev.mneme.core.model;

/// One kept version of a context.
///
/// @param context a deletion's has no data and no tags, and the deletion's time and writer
/// @param deleted whether this version is a deletion
public record ContextVersion(Context context, boolean deleted) {}
