package dev.mneme.engine.read;

import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.SearchResult.Hit;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/// The best hits of several searches: of several owners, or of several shards.
public final class MergedSearch {
    private final int topK;
    private final PriorityQueue<Hit> best = new PriorityQueue<>(StoreSearch.BEST_FIRST.reversed());
    private boolean timedOut;

    public MergedSearch(int topK) {
        this.topK = topK;
    }

    public void add(List<Hit> hits) {
        best.addAll(hits);
        while (best.size() > topK) {
            Collected.left(best.remove().memory());
        }
    }

    public void add(SearchResult part) {
        add(part.hits());
        timedOut |= part.timedOut();
    }

    /// Not everything was searched.
    public void timedOut() {
        timedOut = true;
    }

    public SearchResult result() {
        List<Hit> hits = new ArrayList<>(best);
        hits.sort(StoreSearch.BEST_FIRST);
        return new SearchResult(hits, null, timedOut);
    }
}
