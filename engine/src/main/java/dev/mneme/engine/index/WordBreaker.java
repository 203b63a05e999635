package dev.mneme.engine.index;

import java.lang.Character.UnicodeScript;
import java.text.BreakIterator;
import java.util.Locale;

/// Where the words of a text begin and end. ASCII words are `[a-z0-9]+('[a-z]+)?` in any case, with a
/// typographic apostrophe as good as a plain one; runs of letters with others among them are divided by
/// Unicode's word segmentation (UAX #29), by which every Han and Hiragana character is a word.
final class WordBreaker {
    /// Takes the words in order, as spans `[start, end)` of UTF-16 units.
    interface Sink {
        void word(int start, int end);
    }

    private final String text;
    private final Sink sink;

    private WordBreaker(String text, Sink sink) {
        this.text = text;
        this.sink = sink;
    }

    static void words(String text, Sink sink) {
        new WordBreaker(text, sink).run();
    }

    static boolean isApostrophe(char c) {
        return c == '\'' || c == '\u2019' || c == '\u02bc';
    }

    private void run() {
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            if (!beginsWord(c)) {
                i += Character.charCount(c);
                continue;
            }
            int end = runEnd(i);
            if (isAscii(i, end)) {
                end = withApostrophe(end);
                sink.word(i, end);
            } else {
                segment(i, end);
            }
            i = end;
        }
    }

    private static boolean beginsWord(int c) {
        return c < 128 ? isAsciiWord(c) : Character.isLetterOrDigit(c) && c != '\u02bc';
    }

    private static boolean isAsciiWord(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isAsciiLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    private int runEnd(int start) {
        int end = start;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            if (!beginsWord(c) && (c < 128 || !isMark(c))) {
                break;
            }
            end += Character.charCount(c);
        }
        return end;
    }

    private boolean isAscii(int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }

    /// The end of a word that stands before `end`, with the `'[a-z]+` that follows, if any.
    private int withApostrophe(int end) {
        if (end >= text.length() || !isApostrophe(text.charAt(end))) {
            return end;
        }
        int after = end + 1;
        while (after < text.length() && isAsciiLetter(text.charAt(after))) {
            after++;
        }
        boolean goesOn = after < text.length() && text.charAt(after) >= 128 && beginsWord(text.codePointAt(after));
        return after == end + 1 || goesOn ? end : after;
    }

    private void segment(int start, int end) {
        BreakIterator breaks = BreakIterator.getWordInstance(Locale.ROOT);
        breaks.setText(text.substring(start, end));
        int from = breaks.first();
        for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
            splitIdeographs(start + from, start + to);
            from = to;
        }
    }

    /// Java keeps a run of ideographs together; UAX #29 does not.
    private void splitIdeographs(int start, int end) {
        int from = start;
        int i = start;
        while (i < end) {
            int c = text.codePointAt(i);
            int next = i + Character.charCount(c);
            if (standsAlone(c)) {
                emit(from, i);
                sink.word(i, next);
                from = next;
            }
            i = next;
        }
        emit(from, end);
    }

    private static boolean standsAlone(int c) {
        if (c < 0x3040) {
            return false;
        }
        UnicodeScript script = UnicodeScript.of(c);
        return script == UnicodeScript.HAN || script == UnicodeScript.HIRAGANA;
    }

    private void emit(int start, int end) {
        if (start < end && text.substring(start, end).codePoints().anyMatch(Character::isLetterOrDigit)) {
            sink.word(start, end);
        }
    }
}
