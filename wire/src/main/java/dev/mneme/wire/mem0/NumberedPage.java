package dev.mneme.wire.mem0;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of a list that is read by page numbers.
///
/// @param count of all that the list holds
/// @param next where the page after this one is; null at the end
/// @param previous where the page before this one is; null at the beginning
public record NumberedPage<T>(
        long count, @Nullable String next, @Nullable String previous, List<T> results) {}
