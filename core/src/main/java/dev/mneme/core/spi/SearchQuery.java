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

/// What to search for: words, a vector, or both.
///
/// @param owner whose; null asks every shard
/// @param text the words, or null
/// @param embedding the query's vector (and token vectors, when the built-in embedder made them), or null
/// @param vectorGiven whether the caller sent the vector: in another space than the owner's it is
///     `embedder_mismatch`;
///     a vector that we made is left out there, and the words are searched
/// @param restriction what the caller's key lets through: what it does not is not there for this search, neither in
///     a statistic nor as the context of another memory
/// @param filter what must hold beside that
/// @param threshold the least score, 0 to 1
/// @param now the reader's clock: what has expired by it is hidden
/// @param reference from when and where dates in the text are seen: its day is "today", and its zone that of a memory
///     whose own offset is not known
/// @param timeLimit how long a search over every shard may take before it answers with what it has
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
    /// All that must hold of what is found: the filter, and the key's restriction.
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
