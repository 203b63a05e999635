package dev.mneme.engine.index;

import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.engine.index.Analyzer.Word;
import dev.mneme.engine.index.Spellings.Match;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What words of a query probably mean that no living memory contains as they are written. A word that the embedder
/// knows as one piece is a word of the language, and rightly absent: it is left as it is, since replacing it made
/// correct questions worse.
///
/// @param all at most one for each word
/// @param terms those of the replaced words
record Corrections(List<Correction> all, Set<String> terms) {
    /// Each corrected word is compared with all of the owner's words; if there are more than this, the first are
    /// corrected.
    static final int MAX_COMPARED = 64;

    private static final double ONE_LETTER = .9;
    private static final double TWO_LETTERS = .5;

    /// @param postings of the terms that the word may mean
    /// @param weight how much a match counts, where an exact one counts 1
    record Correction(List<Postings> postings, double weight) {
        /// How many memories contain one of them, or a little more: a memory that contains several counts for each.
        int frequency(int memories) {
            int sum = 0;
            for (Postings one : postings) {
                sum += one.living();
            }
            return Math.min(sum, memories);
        }
    }

    /// @param pieces the query's word pieces as its embedder knows them; none if that is unknown
    static Corrections of(OwnerMemories memories, AnalyzedQuery query, List<Span> pieces) {
        List<Correction> corrections = new ArrayList<>();
        Set<String> corrected = new HashSet<>();
        Set<String> seen = new HashSet<>();
        int compared = 0;
        for (Word word : query.words()) {
            String term = word.term();
            boolean unused =
                    term != null && seen.add(term) && word.terms().stream().noneMatch(memories::isUsed);
            if (unused && compared < MAX_COMPARED && !isPiece(word, pieces)) {
                compared++;
                List<Match> matches = memories.spelt(word.surface());
                if (!matches.isEmpty()) {
                    double weight = matches.getFirst().distance() == 1 ? ONE_LETTER : TWO_LETTERS;
                    corrections.add(
                            new Correction(matches.stream().map(Match::postings).toList(), weight));
                    corrected.addAll(word.terms());
                }
            }
        }
        return new Corrections(corrections, corrected);
    }

    private static boolean isPiece(Word word, List<Span> pieces) {
        return pieces.stream()
                .anyMatch(piece -> piece.start() == word.start()
                        && piece.end() >= word.start() + word.surface().length());
    }
}
