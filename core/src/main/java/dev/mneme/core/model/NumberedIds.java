package dev.mneme.core.model;

/// Which of an audit record's two ids came as JSON numbers, and go out as such: clients of the first generation compare
/// them as numbers. It is no part of what the record is known by: `12` and `"12"` are one chat.
public record NumberedIds(boolean chat, boolean message) {
    public static final NumberedIds NONE = new NumberedIds(false, false);
}
