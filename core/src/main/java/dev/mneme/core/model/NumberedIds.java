package dev.mneme.core.model;

/// Which of an audit record's two ids came as JSON numbers. They are answered as numbers, since clients of the first
/// generation compare them so. The record's identity does not depend on it: `12` and `"12"` are one chat.
public record NumberedIds(boolean chat, boolean message) {
    public static final NumberedIds NONE = new NumberedIds(false, false);
}
