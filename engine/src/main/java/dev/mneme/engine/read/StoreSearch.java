package dev.mneme.engine.read;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Wording;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.SearchResult.Hit;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.SearchHit;
import dev.mneme.engine.index.ShardIndex;
import dev.mneme.engine.table.CarrierSlice;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One search in one shard, of one owner or of all. The index ranks; the rows give the memories that are shown.
public final class StoreSearch {
    static final Comparator<Hit> BEST_FIRST = Comparator.comparingDouble(Hit::score)
            .reversed()
            .thenComparing(hit -> hit.memory().id());

    private final SearchQuery query;
    private final FilterMatcher matcher;
    private final boolean readsText;
    private final LongSupplier nanos;

    /// @param nanos a ticker, as `System.nanoTime` is one
    public StoreSearch(SearchQuery query, LongSupplier nanos) {
        this(query, FilterMatcher.of(query.restrictedFilter()), nanos);
    }

    /// As above.
    ///
    /// @param matcher of the query's filter: its work may be counted together with other searches'
    public StoreSearch(SearchQuery query, FilterMatcher matcher, LongSupplier nanos) {
        this.nanos = nanos;
        this.query = query;
        this.matcher = matcher;
        this.readsText = FilterMatcher.readsText(query.filter());
    }

    /// Searches one owner. The position is read before the index is asked, so that the result contains everything up to
    /// it.
    public SearchResult of(ShardView shard, Owner owner) {
        Position position;
        Optional<Head> head;
        try (Scans scans = shard.scan()) {
            head = scans.head(owner.hash());
            position = scans.position(owner);
        }
        if (head.isEmpty()) {
            return new SearchResult(List.of(), position, false);
        }
        return new SearchResult(hits(shard, owner, head.get().space()), position, false);
    }

    /// Searches owner by owner, until the time is over.
    public SearchResult across(ShardView shard) {
        long deadline = nanos.getAsLong() + query.timeLimit().toNanos();
        MergedSearch best = new MergedSearch(query.topK());
        CarrierSlice slice = new CarrierSlice();
        for (Owner owner : owners(shard, deadline)) {
            if (isOver(deadline)) {
                best.timedOut();
                break;
            }
            slice.step();
            best.add(hitsWhereComparable(shard, owner));
        }
        return best.result();
    }

    /// The owners to search, as far as the time allows to list them: the last one is listed after it is over, so that
    /// the search notices.
    private List<Owner> owners(ShardView shard, long deadline) {
        List<Owner> owners = new ArrayList<>();
        try (Scans scans = shard.scan()) {
            Candidates.owners(scans, query.restrictedFilter(), owner -> owners.add(owner) && !isOver(deadline));
        }
        return owners;
    }

    private boolean isOver(long deadline) {
        return nanos.getAsLong() - deadline > 0;
    }

    /// Owners whose vectors cannot be compared with the query's are searched by its words, or not at all.
    private List<Hit> hitsWhereComparable(ShardView shard, Owner owner) {
        EmbeddingSpace space;
        try (Scans scans = shard.scan()) {
            space = scans.head(owner.hash()).map(Head::space).orElse(null);
        }
        if (query.vectorGiven() && space != null && !comparable(space) && query.text() == null) {
            return List.of();
        }
        return ranked(shard, owner, comparable(space) ? query.embedding() : null);
    }

    private List<Hit> hits(ShardView shard, Owner owner, @Nullable EmbeddingSpace space) {
        if (query.vectorGiven() && space != null && !comparable(space)) {
            throw MnemeException.at(
                    ErrorCode.EMBEDDER_MISMATCH,
                    "vector",
                    "This owner's vectors are of " + space.embedder() + " with " + space.dimension()
                            + " numbers: search with such a vector, and name its embedder.");
        }
        return ranked(shard, owner, comparable(space) ? query.embedding() : null);
    }

    private boolean comparable(@Nullable EmbeddingSpace space) {
        QueryEmbedding embedding = query.embedding();
        return embedding == null
                || (space != null && embedding.embedding().space().equals(space));
    }

    private List<Hit> ranked(ShardView shard, Owner owner, @Nullable QueryEmbedding embedding) {
        if (embedding == null && (query.text() == null || Wording.isEmpty(query.text()))) {
            return List.of(); // this owner has no vectors to compare with
        }
        ShardIndex index = shard.indexAsOfRows();
        byte[] hash = owner.hash();
        try (Scans scans = shard.scan()) {
            Restriction restriction = query.restriction();
            Predicate<Memory> filter = memory -> matcher.matches(whole(scans, memory));
            IndexQuery request = new IndexQuery(
                    query.text(),
                    embedding,
                    query.topK(),
                    query.threshold(),
                    query.now(),
                    query.reference(),
                    query.showExpired(),
                    restriction.allowsAllOf(owner) ? null : restriction,
                    filter,
                    true);
            return shown(shard, hash, index.owner(hash).search(request));
        }
    }

    /// The memory with its text, for filters that look at texts: the index keeps none, so it takes the row.
    private Memory whole(Scans scans, Memory header) {
        if (!readsText) {
            return header;
        }
        return scans.pointer(header.id())
                .flatMap(pointer -> scans.newest(pointer.owner(), pointer.arrival()))
                .map(version -> version.memory())
                .orElse(header);
    }

    /// The memories of the hits. Those that were deleted since they were ranked are left out.
    private static List<Hit> shown(ShardView shard, byte[] hash, List<SearchHit> ranked) {
        List<Hit> hits = new ArrayList<>(ranked.size());
        try (Scans scans = shard.scan()) {
            for (SearchHit hit : ranked) {
                scans.newest(hash, hit.ordinal()).map(Version::memory).ifPresent(memory -> {
                    Collected.joined(memory);
                    hits.add(new Hit(memory, hit.score(), hit.parts()));
                });
            }
        }
        return hits;
    }
}
