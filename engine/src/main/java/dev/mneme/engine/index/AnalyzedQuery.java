package dev.mneme.engine.index;

import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.engine.index.Analyzer.Word;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// What scoring needs of a query's words.
///
/// @param words in order, stop words included
/// @param terms the distinct terms
/// @param surfaces the distinct words as they were written, in lower case
/// @param days the dates that the query names
/// @param asksTime whether the query asks for a time
record AnalyzedQuery(List<Word> words, List<String> terms, Set<String> surfaces, AskersDays days, boolean asksTime) {
    /// Of a longer query the first and the last words count, half of this number each.
    static final int MAX_WORDS = 512;

    /// A few very long words can have more terms than this; then the first ones count.
    static final int MAX_TERMS = 4_096;

    /// @param reference the moment and zone from which dates in the text are seen
    static AnalyzedQuery of(String text, ZonedDateTime reference) {
        List<Word> words = headAndTail(Analyzer.words(text));
        Set<String> terms = new LinkedHashSet<>();
        words.forEach(word -> terms.addAll(word.terms()));
        Set<String> surfaces = words.stream().map(Word::surface).collect(Collectors.toUnmodifiableSet());
        List<DayRange> ranges =
                RelativeDates.mayBeIn(surfaces) ? RelativeDates.in(text, reference.toLocalDate()) : List.of();
        AskersDays days = new AskersDays(DateCue.of(text, ranges), reference.getZone());
        return new AnalyzedQuery(
                words, terms.stream().limit(MAX_TERMS).toList(), surfaces, days, TemporalCue.asks(text));
    }

    private static List<Word> headAndTail(List<Word> words) {
        if (words.size() <= MAX_WORDS) {
            return words;
        }
        List<Word> both = new ArrayList<>(words.subList(0, MAX_WORDS / 2));
        both.addAll(words.subList(words.size() - MAX_WORDS / 2, words.size()));
        return both;
    }

    /// The weight of each token of the query; together they are 1. A token's weight is the idf of the term of the word
    /// that its span overlaps, or 0 without such a word. If that leaves nothing, all weights are equal.
    double[] tokenWeights(List<Span> spans, ToDoubleFunction<String> idf) {
        double[] weights = new double[spans.size()];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weight(spans.get(i), idf);
            sum += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = sum > 0 ? weights[i] / sum : 1.0 / weights.length;
        }
        return weights;
    }

    private double weight(Span span, ToDoubleFunction<String> idf) {
        for (Word word : words) {
            if (word.start() < span.end() && span.start() < word.end()) {
                return word.term() == null ? 0 : idf.applyAsDouble(word.term());
            }
        }
        return 0;
    }
}
