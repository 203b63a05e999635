package dev.mneme.engine.index;

import dev.mneme.engine.index.Corrections.Correction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// BM25 of every memory for one query: each posting is scattered to the memories that its own lends to.
final class WordScores {
    private final OwnerMemories memories;
    private final Slots slots;
    private final Scratch scratch;
    private double idfs;

    /// For expired memories alone: idf of terms that no living memory holds.
    private final Map<Integer, Double> idfsOfExpired = new HashMap<>();

    WordScores(OwnerMemories memories, List<String> terms, Corrections corrections, Scratch scratch) {
        this.memories = memories;
        this.slots = memories.slots();
        this.scratch = scratch;
        for (String term : terms) {
            Postings postings = memories.postings(term);
            if (postings != null) {
                add(List.of(postings), postings.living(), 1);
            }
        }
        for (Correction correction : corrections.all()) {
            add(correction.postings(), correction.frequency(memories.living()), correction.weight());
        }
    }

    /// The idf of a term over the owner's living memories, also of one that nobody used.
    static double idf(OwnerMemories memories, @Nullable Postings postings) {
        return Formula.idf(memories.living(), postings == null ? 0 : postings.living());
    }

    double part(int slot) {
        double reachable = idfs;
        if (!idfsOfExpired.isEmpty()) {
            reachable += idfsOfExpired.getOrDefault(slot, 0.0);
        }
        return Formula.wordsPart(scratch.bm25[slot], reachable);
    }

    /// Takes a word of the query: one term, or several that are as good as one.
    ///
    /// @param living how many living memories hold it
    private void add(List<Postings> word, int living, double weight) {
        double idf = Formula.idf(memories.living(), living);
        int touched = 0;
        for (Postings postings : word) {
            touched = scatter(postings, touched);
        }
        double mean = memories.meanContextLength();
        for (int i = 0; i < touched; i++) {
            int slot = scratch.touched[i];
            double relativeLength = mean > 0 ? slots.contextLength(slot) / mean : 1;
            double bm25 = Formula.bm25(idf, scratch.frequencies[slot] / 10.0, relativeLength);
            scratch.bm25[slot] += (float) (weight * bm25);
            scratch.frequencies[slot] = 0;
            if (living == 0) {
                idfsOfExpired.merge(slot, idf, Double::sum);
            }
        }
        if (living > 0) {
            idfs += idf;
        }
    }

    /// Sums up the term's frequency over each memory's surroundings, and returns how many memories were touched by now.
    private int scatter(Postings postings, int touchedBefore) {
        int touched = touchedBefore;
        for (int p = 0; p < postings.size(); p++) {
            int slot = postings.slot(p);
            int frequency = postings.frequency(p);
            touched = lend(slot, 10 * frequency, touched);
            if (slots.inContext(slot)) {
                for (int i = 0; i < Kernel.NEIGHBOURS; i++) {
                    int other = slots.neighbour(slot, i);
                    if (other != Slots.NONE) {
                        touched = lend(other, Kernel.tenths(Kernel.mirror(i)) * frequency, touched);
                    }
                }
            }
        }
        return touched;
    }

    private int lend(int slot, int tenths, int touched) {
        int before = scratch.frequencies[slot];
        scratch.frequencies[slot] = before + tenths;
        if (before > 0) {
            return touched;
        }
        scratch.touched[touched] = slot;
        return touched + 1;
    }
}
