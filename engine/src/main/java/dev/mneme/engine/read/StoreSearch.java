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
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One search, of one owner or of all. The index ranks; the rows give the memories that are shown.
public final class StoreSearch {
    private static final Comparator<Hit> BEST_FIRST = Comparator.comparingDouble(Hit::score)
            .reversed()
            .thenComparing(hit -> hit.memory().id());

    private final SearchQuery query;
    private final FilterMatcher matcher;
    private final boolean readsText;
    private final LongSupplier nanos;

    /// @param nanos a ticker, as `System.nanoTime` is one
    public StoreSearch(SearchQuery query, LongSupplier nanos) {
        this.nanos = nanos;
        this.query = query;
        this.matcher = FilterMatcher.of(query.restrictedFilter());
        this.readsText = FilterMatcher.readsText(query.filter());
    }

    /// The position is read before the index is asked, so that the result contains all that it claims.
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

    /// Owner by owner, until the time is over.
    public SearchResult across(List<? extends ShardView> shards) {
        long deadline = nanos.getAsLong() + query.timeLimit().toNanos();
        PriorityQueue<Hit> best = new PriorityQueue<>(BEST_FIRST.reversed());
        boolean timedOut = false;
        CarrierSlice slice = new CarrierSlice();
        for (ShardView shard : shards) {
            for (Owner owner : owners(shard)) {
                if (nanos.getAsLong() - deadline > 0) {
                    timedOut = true;
                    break;
                }
                slice.step();
                best.addAll(hitsWhereComparable(shard, owner));
                while (best.size() > query.topK()) {
                    Collected.left(best.remove().memory());
                }
            }
        }
        List<Hit> hits = new ArrayList<>(best);
        hits.sort(BEST_FIRST);
        return new SearchResult(hits, null, timedOut);
    }

    private List<Owner> owners(ShardView shard) {
        List<Owner> owners = new ArrayList<>();
        try (Scans scans = shard.scan()) {
            Candidates.owners(scans, query.restrictedFilter(), owners::add);
        }
        return owners;
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

    /// The index keeps no texts: a filter that looks at them needs the row.
    private Memory whole(Scans scans, Memory header) {
        if (!readsText) {
            return header;
        }
        return scans.pointer(header.id())
                .flatMap(pointer -> scans.newest(pointer.owner(), pointer.arrival()))
                .map(version -> version.memory())
                .orElse(header);
    }

    /// What was deleted since it was ranked is left out.
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
