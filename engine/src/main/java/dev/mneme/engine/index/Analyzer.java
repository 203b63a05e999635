package dev.mneme.engine.index;

import dev.mneme.engine.index.WordBreaker.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Turns a text into words and their terms. First the text is folded ([Folding]). A final `'s` is cut, stop words have
/// no term, irregular forms are replaced by their base, and Porter's stemmer is applied to words in Latin letters. A
/// word may have further terms by which it is found: see [WordTerms] and [Compounds]. The same text always gives the
/// same words.
///
/// **Threads**: any number may call.
public final class Analyzer {
    /// The version of the analyses that [AnalyzedMemory] stores. It must be increased whenever a text would be
    /// stored differently, because of a change here, in anything used here, in [TemporalCue], [RelativeDates] or
    /// the codec. Rows of other versions are made anew.
    static final int VERSION = 3;

    private static final int MAX_CACHED_WORDS = 32_768;
    private static final int MAX_CACHED_LENGTH = 32;

    /// Terms by word. It also lets the owners' indexes share their strings.
    private static final Map<String, List<String>> TERMS = new ConcurrentHashMap<>();

    private Analyzer() {}

    /// One word of a text.
    ///
    /// @param start where it begins, in UTF-16 units
    /// @param end where it ends, a final `'s` included
    /// @param surface the folded word, without a final `'s`
    /// @param terms its own term first, then others by which it is found; none for a stop word
    public record Word(int start, int end, String surface, List<String> terms) {
        /// The term that stands for the word: its stem; null for a stop word.
        public @Nullable String term() {
            return terms.isEmpty() ? null : terms.getFirst();
        }
    }

    /// The words of a text in their order, stop words included.
    public static List<Word> words(String text) {
        return new Analysis(FoldedText.of(text)).words();
    }

    /// One text on its way to words.
    private static final class Analysis {
        private final FoldedText text;
        private final String folded;
        private final List<Word> words;
        private final Compounds compounds;

        Analysis(FoldedText text) {
            this.text = text;
            this.folded = text.folded();
            this.words = new ArrayList<>(folded.length() / 6 + 1);
            this.compounds = new Compounds(folded, this::addTerms);
        }

        List<Word> words() {
            WordBreaker.words(folded, this::add);
            compounds.end();
            return words;
        }

        private void add(int start, int end, Kind kind) {
            if (kind == Kind.IDEOGRAPHS) {
                WordTerms.ofIdeographs(
                        folded.substring(start, end),
                        (from, to, terms) ->
                                word(start + from, start + to, folded.substring(start + from, start + to), terms));
                return;
            }
            int cut = end - start > 2 && folded.startsWith("'s", end - 2) ? end - 2 : end;
            String surface = folded.substring(start, cut);
            List<String> terms = terms(surface, kind);
            word(start, end, surface, kind == Kind.ALPHABET ? withParts(start, cut, terms) : terms);
            if (kind != Kind.EMOJI) {
                compounds.add(words.size() - 1, start, cut);
            }
        }

        private void word(int start, int end, String surface, List<String> terms) {
            words.add(new Word(text.start(start), text.end(end), surface, terms));
        }

        /// The terms, with those of the parts of a word written `likeThis`.
        private List<String> withParts(int start, int end, List<String> terms) {
            Set<String> all = new LinkedHashSet<>(terms);
            int from = start;
            for (int i = start + 1; i < end; i++) {
                if (text.isCapital(i) && !text.isCapital(i - 1)) {
                    all.addAll(terms(folded.substring(from, i), Kind.ALPHABET));
                    from = i;
                }
            }
            if (from == start) {
                return terms;
            }
            all.addAll(terms(folded.substring(from, end), Kind.ALPHABET));
            return List.copyOf(all);
        }

        private void addTerms(int word, List<String> more) {
            Word plain = words.get(word);
            words.set(word, new Word(plain.start(), plain.end(), plain.surface(), with(plain.terms(), more)));
        }
    }

    private static List<String> with(List<String> terms, List<String> more) {
        Set<String> all = new LinkedHashSet<>(terms);
        all.addAll(more);
        return List.copyOf(all);
    }

    /// The terms of a word by itself.
    static List<String> terms(String surface, Kind kind) {
        List<String> known = TERMS.get(surface);
        if (known != null) {
            return known;
        }
        List<String> terms = List.copyOf(WordTerms.of(surface, kind));
        if (surface.length() <= MAX_CACHED_LENGTH && TERMS.size() < MAX_CACHED_WORDS) {
            TERMS.put(surface, terms);
        }
        return terms;
    }
}
