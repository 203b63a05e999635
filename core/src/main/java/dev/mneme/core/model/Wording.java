package dev.mneme.core.model;

import java.text.Normalizer;

/// Decides when two texts are the same word for word: neither the composition of characters (Unicode's NFC) nor blanks
/// at the ends matter. It also decides when a text says nothing at all.
public final class Wording {
    /// Characters below this one are in NFC whatever stands beside them: no composition looks at them again.
    private static final char FIRST_COMBINING = '\u0300';

    private static final int MOST_MARKS = 1_000;

    private Wording() {}

    /// A form that is equal for texts that are the same word for word.
    public static String of(String text) {
        return (isComposed(text) || isEndless(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFC)).strip();
    }

    /// Whether a letter has more marks than anybody writes. Putting marks in order takes time in the square of their
    /// number.
    private static boolean isEndless(String text) {
        int marks = 0;
        for (int i = 0; i < text.length() && marks <= MOST_MARKS; i += Character.charCount(text.codePointAt(i))) {
            marks = isMark(text.codePointAt(i)) ? marks + 1 : 0;
        }
        return marks > MOST_MARKS;
    }

    private static boolean isMark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }

    private static boolean isComposed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST_COMBINING) {
                return false;
            }
        }
        return true;
    }

    /// Whether nothing of a text can be seen: it has only blanks, controls, and characters without width or shape.
    public static boolean isEmpty(String text) {
        return text.codePoints().allMatch(Wording::isInvisible);
    }

    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.CONTROL -> true;
            case Character.FORMAT -> !isVisibleFormat(c);
            default ->
                c == 0x034F // combining grapheme joiner
                        || c == 0x115F
                        || c == 0x1160
                        || c == 0x3164
                        || c == 0xFFA0 // Hangul fillers
                        || c == 0x17B4
                        || c == 0x17B5 // Khmer inherent vowels
                        || (c >= 0x180B && c <= 0x180F) // Mongolian variation selectors
                        || c == 0x2800 // the empty Braille pattern
                        || (c >= 0xFE00 && c <= 0xFE0F)
                        || (c >= 0xE0000 && c <= 0xE0FFF); // variation selectors, tags
        };
    }

    /// Whether this is a sign that is written before or under numbers (Unicode's Prepended_Concatenation_Mark).
    private static boolean isVisibleFormat(int c) {
        return (c >= 0x600 && c <= 0x605)
                || c == 0x6DD
                || c == 0x70F
                || c == 0x890
                || c == 0x891
                || c == 0x8E2
                || c == 0x110BD
                || c == 0x110CD;
    }
}
