package dev.mneme.core.memory;

import dev.mneme.core.model.Filter;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/// What a caller searches for. The service makes the store's `SearchQuery` of it.
///
/// @param vector the query as the caller embedded it, or null to have `text` embedded
/// @param reference the moment and zone from which dates in the text ("last week", "in May") are seen; null: now, in
///     UTC
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record Search(
        @Nullable String text,
        float @Nullable [] vector,
        @Nullable String embedder,
        Filter filter,
        int topK,
        double threshold,
        boolean showExpired,
        @Nullable ZonedDateTime reference) {}
