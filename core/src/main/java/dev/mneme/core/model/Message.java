package dev.mneme.core.model;

import org.jspecify.annotations.Nullable;

/// What somebody said in a conversation.
///
/// @param role such as `user` or `assistant`
/// @param name the speaker's, if the caller named one
public record Message(String role, @Nullable String name, String text) {}
