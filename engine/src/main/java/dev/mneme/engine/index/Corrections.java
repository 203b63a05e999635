package dev.mneme.engine.index;

import dev.mneme.engine.index.Analyzer.Word;
import dev.mneme.engine.index.Spellings.Match;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the words of a query are taken for that no living memory holds as they are written.
///
/// @param all at most one for each word
record Corrections(List<Correction> all) {
    private static final double ONE_LETTER = .7;
    private static final double TWO_LETTERS = .5;

    /// @param postings of the terms that it may be meant for
    /// @param weight what a match counts, of an exact one's 1
    record Correction(List<Postings> postings, double weight) {
        /// How many memories hold one of them, or a little more: one that holds several counts for each.
        int frequency(int memories) {
            int sum = 0;
            for (Postings one : postings) {
                sum += one.living();
            }
            return Math.min(sum, memories);
        }
    }

    static Corrections of(OwnerMemories memories, AnalyzedQuery query) {
        List<Correction> corrections = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Word word : query.words()) {
            String term = word.term();
            if (term != null && seen.add(term) && word.terms().stream().noneMatch(each -> isUsed(memories, each))) {
                List<Match> matches = memories.spelt(word.surface());
                if (!matches.isEmpty()) {
                    double weight = matches.getFirst().distance() == 1 ? ONE_LETTER : TWO_LETTERS;
                    corrections.add(
                            new Correction(matches.stream().map(Match::postings).toList(), weight));
                }
            }
        }
        return new Corrections(corrections);
    }

    private static boolean isUsed(OwnerMemories memories, String term) {
        Postings postings = memories.postings(term);
        return postings != null && postings.living() > 0;
    }
}
