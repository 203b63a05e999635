package dev.mneme.wire;

import org.jspecify.annotations.Nullable;

/// A part of a request, where leaving it out is not the same as sending `null`.
///
/// @param present whether it was sent
/// @param value what was sent; null when `null` was sent, or nothing
public record Given<T>(boolean present, @Nullable T value) {
    private static final Given<?> ABSENT = new Given<>(false, null);

    @SuppressWarnings("unchecked") // holds no T
    public static <T> Given<T> absent() {
        return (Given<T>) ABSENT;
    }

    public static <T> Given<T> of(@Nullable T value) {
        return new Given<>(true, value);
    }
}
