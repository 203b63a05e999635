package dev.mneme.wire.mem0;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of a list that is read by page numbers.
///
/// @param count of all items of the list
/// @param next link to the next page; null at the end
/// @param previous link to the former page; null at the beginning
public record NumberedPage<T>(
        long count, @Nullable String next, @Nullable String previous, List<T> results) {}
