package dev.mneme.engine.index;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Turns a text into words and their terms: lower case, a final `'s` cut, stop words without a term,
/// irregular forms brought to their base, Porter's stemmer. The same text always gives the same words.
///
/// **Threads**: any number may call.
public final class Analyzer {
    /// Of what [AnalyzedMemory] stores: one more whenever a text would be stored otherwise, by a change here, in
    /// [TemporalCue], [RelativeDates] or the codec. Rows of another version are made anew.
    static final int VERSION = 3;

    private static final int MAX_CACHED_WORDS = 32_768;
    private static final int MAX_CACHED_LENGTH = 32;

    /// Word to term; a stop word to the empty string. It also lets the owners' indexes share their strings.
    private static final Map<String, String> TERMS = new ConcurrentHashMap<>();

    private Analyzer() {}

    /// One word of a text.
    ///
    /// @param start where it begins, in UTF-16 units
    /// @param end where it ends, a final `'s` included
    /// @param surface the word in lower case, without a final `'s`
    /// @param term the stem; null for a stop word
    public record Word(
            int start, int end, String surface, @Nullable String term) {}

    /// The words of a text in their order, stop words included.
    public static List<Word> words(String text) {
        List<Word> words = new ArrayList<>(text.length() / 6 + 1);
        WordBreaker.words(text, (start, end) -> {
            String surface = surface(text, start, end);
            String term = term(surface);
            words.add(new Word(start, end, surface, term.isEmpty() ? null : term));
        });
        return words;
    }

    private static String surface(String text, int start, int end) {
        StringBuilder lower = new StringBuilder(end - start);
        boolean ascii = true;
        for (int i = start; i < end; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            ascii &= c < 128 || isApostrophe(c);
            lower.appendCodePoint(isApostrophe(c) ? '\'' : Character.toLowerCase(c));
        }
        int length = lower.length();
        if (length > 2 && lower.charAt(length - 1) == 's' && lower.charAt(length - 2) == '\'') {
            lower.setLength(length - 2);
        }
        return ascii ? lower.toString() : Normalizer.normalize(lower, Normalizer.Form.NFC);
    }

    private static boolean isApostrophe(int c) {
        return c <= Character.MAX_VALUE && WordBreaker.isApostrophe((char) c);
    }

    private static String term(String surface) {
        String known = TERMS.get(surface);
        if (known != null) {
            return known;
        }
        String term = computeTerm(surface);
        if (surface.length() <= MAX_CACHED_LENGTH && TERMS.size() < MAX_CACHED_WORDS) {
            TERMS.put(surface, term);
        }
        return term;
    }

    private static String computeTerm(String surface) {
        if (Lexicon.isStopWord(surface)) {
            return "";
        }
        boolean ascii = surface.chars().allMatch(c -> c < 128);
        return ascii ? PorterStemmer.stem(Lexicon.base(surface)) : surface;
    }
}
