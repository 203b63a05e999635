package dev.mneme.engine.index;

import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.engine.index.Analyzer.Word;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the only memories that contain a significant word of the query: an identifier, a name, or a word that does not
/// belong to the language. Vectors know little of such words, so such a memory would be lost among those that are
/// merely near.
final class RareWords {
    private static final double IDENTIFIER = 1;
    private static final double NAME = .4;

    /// Into this many pieces or more, a model cuts a word that it does not know.
    private static final int UNKNOWN_PIECES = 3;

    private static final int DIGITS_OF_NUMBER = 3;

    private final Map<Integer, Double> parts = new HashMap<>();

    /// @param text the query
    /// @param spans those of its tokens; empty if the embedder does not give any
    RareWords(OwnerMemories memories, String text, List<Word> words, List<Span> spans) {
        for (Word word : words) {
            String term = word.term();
            Postings postings = term == null ? null : memories.postings(term);
            if (postings != null && postings.living() == 1) {
                double telling = telling(text, word, spans);
                if (telling > 0) {
                    add(memories.slots(), postings, telling);
                }
            }
        }
    }

    /// 1 for the only memory with an identifier, less for one with a name or an unknown word, 0 for all others.
    double part(int slot) {
        return parts.isEmpty() ? 0 : parts.getOrDefault(slot, 0.0);
    }

    private void add(Slots slots, Postings postings, double telling) {
        for (int p = 0; p < postings.size(); p++) {
            if (slots.state(postings.slot(p)) == Slots.LIVING) {
                parts.merge(postings.slot(p), telling, Math::max);
            }
        }
    }

    private static double telling(String text, Word word, List<Span> spans) {
        if (isIdentifier(text, word)) {
            return IDENTIFIER;
        }
        return isName(text, word) || isUnknown(word, spans) ? NAME : 0;
    }

    /// Whether it is an identifier: `E4107`, the `2291` of `OPS-2291`, `port6543`, 6543; but not 7, and not the year
    /// 2023.
    private static boolean isIdentifier(String text, Word word) {
        String surface = word.surface();
        int digits = (int) surface.chars().filter(Character::isDigit).count();
        if (digits == 0) {
            return false;
        }
        boolean year = surface.length() == 4 && digits == 4 && (surface.startsWith("19") || surface.startsWith("20"));
        boolean number = digits >= DIGITS_OF_NUMBER && !year;
        return digits < surface.length() || number || isJoined(text, word);
    }

    /// Whether a hyphen or the like joins it to the text before it.
    private static boolean isJoined(String text, Word word) {
        int before = word.start() - 1;
        return before > 0
                && "-_./:#".indexOf(text.charAt(before)) >= 0
                && Character.isLetterOrDigit(text.charAt(before - 1));
    }

    /// Whether it has a capital although it does not begin a sentence.
    private static boolean isName(String text, Word word) {
        if (!Character.isUpperCase(text.codePointAt(word.start()))) {
            return false;
        }
        int before = word.start() - 1;
        while (before >= 0 && !Character.isLetterOrDigit(text.charAt(before))) {
            if (".!?:;\n".indexOf(text.charAt(before)) >= 0) {
                return false;
            }
            before--;
        }
        return before >= 0;
    }

    private static boolean isUnknown(Word word, List<Span> spans) {
        int pieces = 0;
        for (Span span : spans) {
            pieces += span.start() >= word.start() && span.end() <= word.end() ? 1 : 0;
        }
        return pieces >= UNKNOWN_PIECES;
    }
}
