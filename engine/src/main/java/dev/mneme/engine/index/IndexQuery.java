package dev.mneme.engine.index;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Wording;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What to find in one owner's index: by words, by a vector, or by both. It is the store's `SearchQuery` for one owner,
/// as far as the index needs it.
///
/// @param text the words; null or blank if there are none
/// @param embedding the query's vector, with its token vectors if the built-in embedder made it
/// @param topK how many at most, at least 1
/// @param threshold the least score, 0 to 1
/// @param now the reader's clock: memories that have expired by then are hidden
/// @param reference the moment and zone from which dates in the text ("last week", "in May") are seen
/// @param showExpired whether expired memories are found too
/// @param restriction which memories exist for this search at all: others count in no statistic and lend nothing to
///     neighbours; null for no restriction. The first search with a restriction indexes the memories that it allows
/// @param filter what a memory's header must pass to be a candidate; asked at most once for a memory, under the index's
///     read lock, so it must not call the index
/// @param explain whether hits have the parts of their score
public record IndexQuery(
        @Nullable String text,
        @Nullable QueryEmbedding embedding,
        int topK,
        double threshold,
        Instant now,
        ZonedDateTime reference,
        boolean showExpired,
        @Nullable Restriction restriction,
        @Nullable Predicate<Memory> filter,
        boolean explain) {

    public IndexQuery {
        if (text != null && Wording.isEmpty(text)) {
            text = null;
        }
        if (text == null && embedding == null) {
            throw MnemeException.invalid("query", "A search needs a query, a vector, or both.");
        }
        if (topK < 1) {
            throw MnemeException.invalid("topK", "topK must be at least 1.");
        }
        if (!(threshold >= 0 && threshold <= 1)) {
            throw MnemeException.invalid("threshold", "threshold must be from 0 to 1.");
        }
        if (embedding != null
                && embedding.embedding().tokens() != null
                && embedding.embedding().tokens().count() != embedding.spans().size()) {
            throw new IllegalArgumentException("a query needs one span for each token");
        }
    }

    /// A search without a restriction, seen from now.
    public IndexQuery(
            @Nullable String text,
            @Nullable QueryEmbedding embedding,
            int topK,
            double threshold,
            Instant now,
            boolean showExpired,
            @Nullable Predicate<Memory> filter,
            boolean explain) {
        this(text, embedding, topK, threshold, now, now.atZone(ZoneOffset.UTC), showExpired, null, filter, explain);
    }
}
