package dev.mneme.core.spi;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/// What the store searches for: words, a vector, or both.
///
/// @param owner whose memories; null asks every shard
/// @param text the words, or null
/// @param embedding the query's vector (with token vectors, if the built-in embedder made it), or null
/// @param vectorGiven whether the caller sent the vector. If it is of another space than the owner's, the search fails
///     with `embedder_mismatch`; a vector that the server made is left out then, and only the words are searched
/// @param restriction which memories the caller's key may see. For this search no others exist, neither in a statistic
///     nor as the context of another memory
/// @param filter what must hold besides
/// @param threshold the least score, 0 to 1
/// @param now the reader's clock: memories that have expired by then are hidden
/// @param reference the moment and zone from which dates in the text are seen: its day is "today", and its zone is used
///     for memories without a known offset
/// @param timeLimit how long a search over every shard may take; then it answers with what it has
public record SearchQuery(
        @Nullable Owner owner,
        @Nullable String text,
        @Nullable QueryEmbedding embedding,
        boolean vectorGiven,
        Restriction restriction,
        Filter filter,
        int topK,
        double threshold,
        boolean showExpired,
        Instant now,
        ZonedDateTime reference,
        Duration timeLimit) {
    /// Everything that must hold of a result: the filter, and the key's restriction.
    public Filter restrictedFilter() {
        return restriction.restrict(filter);
    }

    /// The same search with less time.
    public SearchQuery within(Duration time) {
        return new SearchQuery(
                owner,
                text,
                embedding,
                vectorGiven,
                restriction,
                filter,
                topK,
                threshold,
                showExpired,
                now,
                reference,
                time);
    }

    /// A search that nothing is hidden from, as seen from now.
    public SearchQuery(
            @Nullable Owner owner,
            @Nullable String text,
            @Nullable QueryEmbedding embedding,
            boolean vectorGiven,
            Filter filter,
            int topK,
            double threshold,
            boolean showExpired,
            Instant now,
            Duration timeLimit) {
        this(
                owner,
                text,
                embedding,
                vectorGiven,
                Restriction.NONE,
                filter,
                topK,
                threshold,
                showExpired,
                now,
                now.atZone(ZoneOffset.UTC),
                timeLimit);
    }
}
