package dev.mneme.engine.index;

import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import org.jspecify.annotations.Nullable;

/// Finds where the words of a folded text begin and end.
///
/// A word is letters and digits with their marks, and may have one `'` with letters after it. Hangul is separated from
/// its neighbours of other scripts (`iPhone를`). Han and kana come as whole runs, since they have no spaces. Thai, Lao,
/// Khmer and Burmese are divided by ICU's dictionaries.
final class WordBreaker {
    /// What a word is made of, which decides how its terms are made.
    enum Kind {
        ALPHABET,
        HANGUL,
        IDEOGRAPHS,
        DICTIONARY,
        EMOJI
    }

    /// Takes the words in order, as spans `[start, end)` of the folded text.
    interface Sink {
        void word(int start, int end, Kind kind);
    }

    private static final int PROLONGED_SOUND = 0x30FC;
    private static final int FIRST_IDEOGRAPH = 0x2E80;
    private static final int FIRST_EMOJI = 0x203C;

    private final String text;
    private final Sink sink;

    private WordBreaker(String text, Sink sink) {
        this.text = text;
        this.sink = sink;
    }

    static void words(String folded, Sink sink) {
        new WordBreaker(folded, sink).run();
    }

    private void run() {
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            if (c >= FIRST_EMOJI || isFollowedByKeycap(i)) {
                int end = Emoji.end(text, i);
                if (end > i) {
                    sink.word(i, end, Kind.EMOJI);
                    i = end;
                    continue;
                }
            }
            Kind kind = kind(c);
            if (kind == null) {
                i += Character.charCount(c);
                continue;
            }
            i = word(i, runEnd(i, kind), kind);
        }
    }

    private boolean isFollowedByKeycap(int at) {
        return at + 1 < text.length() && text.charAt(at + 1) > FIRST_EMOJI;
    }

    /// Returns the end of the word.
    private int word(int start, int end, Kind kind) {
        if (kind == Kind.DICTIONARY) {
            divide(start, end);
            return end;
        }
        int whole = kind == Kind.ALPHABET ? withApostrophe(end) : end;
        sink.word(start, whole, kind);
        return whole;
    }

    /// Null for characters that belong to no word.
    private static @Nullable Kind kind(int c) {
        if (c < 128) {
            return isAsciiWord(c) ? Kind.ALPHABET : null;
        }
        if (!Folding.isWordCharacter(c)) {
            return null;
        }
        if (Folding.needsDictionary(c)) {
            return Kind.DICTIONARY;
        }
        if (isHangul(c)) {
            return Kind.HANGUL;
        }
        return isIdeograph(c) ? Kind.IDEOGRAPHS : Kind.ALPHABET;
    }

    private static boolean isAsciiWord(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static boolean isHangul(int c) {
        return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x1100 && c <= 0x11FF);
    }

    /// Han and kana.
    private static boolean isIdeograph(int c) {
        if (c < FIRST_IDEOGRAPH) {
            return false;
        }
        int script = UScript.getScript(c);
        return script == UScript.HAN
                || script == UScript.HIRAGANA
                || script == UScript.KATAKANA
                || c == PROLONGED_SOUND;
    }

    private int runEnd(int start, Kind kind) {
        int end = start;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            if (kind(c) != kind && (c < 128 || !Folding.isMark(c))) {
                break;
            }
            end += Character.charCount(c);
        }
        return end;
    }

    /// The end of a word that ends at `end`, including a following `'` and letters.
    private int withApostrophe(int end) {
        if (end >= text.length() || text.charAt(end) != '\'') {
            return end;
        }
        int after = end + 1;
        while (after < text.length()) {
            int c = text.codePointAt(after);
            boolean letter = kind(c) == Kind.ALPHABET && !(c >= '0' && c <= '9');
            if (!letter && (c < 128 || !Folding.isMark(c))) {
                break;
            }
            after += Character.charCount(c);
        }
        return after == end + 1 ? end : after;
    }

    private void divide(int start, int end) {
        BreakIterator breaks = BreakIterator.getWordInstance(ULocale.ROOT);
        breaks.setText(text.substring(start, end));
        int from = breaks.first();
        for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
            if (text.substring(start + from, start + to).codePoints().anyMatch(Folding::isWordCharacter)) {
                sink.word(start + from, start + to, Kind.DICTIONARY);
            }
            from = to;
        }
    }
}
