package dev.mneme.engine.index;

import dev.mneme.engine.index.Analyzer.Word;
import dev.mneme.engine.index.Corrections.Correction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// BM25 of every memory for one query. Each posting is scattered to the memories that its own memory lends to.
final class WordScores {
    private final OwnerMemories memories;
    private final Slots slots;
    private final Scratch scratch;
    private double idfs;

    WordScores(OwnerMemories memories, AnalyzedQuery query, Corrections corrections, Scratch scratch) {
        this.memories = memories;
        this.slots = memories.slots();
        this.scratch = scratch;
        for (String term : query.terms()) {
            Postings postings = memories.postings(term);
            if (postings != null) {
                double idf = idf(memories, postings);
                idfs += postings.living() > 0 ? idf : 0;
                add(List.of(postings), idf, 1);
            }
        }
        idfs += unheard(query, corrections.terms()) * idf(memories, null);
        for (Correction correction : corrections.all()) {
            double idf = Formula.idf(memories.living(), correction.frequency(memories.living()));
            idfs += idf;
            add(correction.postings(), idf, correction.weight());
        }
    }

    /// How many words of the query occur in no living memory, by none of their terms, and are not replaced by another
    /// word. Each word counts once, however many terms it has, since those are only ways to find it.
    private int unheard(AnalyzedQuery query, Set<String> corrected) {
        Set<String> unheard = new HashSet<>();
        for (Word word : query.words()) {
            String term = word.term();
            if (term != null
                    && !corrected.contains(term)
                    && word.terms().stream().noneMatch(memories::isUsed)) {
                unheard.add(term);
            }
        }
        return unheard.size();
    }

    /// The idf of a term over the owner's living memories, even of a term that nobody used.
    static double idf(OwnerMemories memories, @Nullable Postings postings) {
        return Formula.idf(memories.living(), postings == null ? 0 : postings.living());
    }

    double part(int slot) {
        double part = Formula.wordsPart(scratch.bm25[slot], idfs);
        return slots.isTurn(slot) ? part : part * part;
    }

    /// Adds a word of the query: one term, or several equally good ones.
    private void add(List<Postings> word, double idf, double weight) {
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
        }
    }

    /// Sums up the term's frequency over each memory's surroundings, and returns how many memories have been touched.
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
