package dev.mneme.core.model;

import java.text.Normalizer;

/// When two texts say the same word for word: how characters are composed (Unicode's NFC) and blanks at
/// the ends do not matter.
public final class Wording {
    /// Every character below it is in NFC, beside whatever other: no composition looks at it again.
    private static final char FIRST_COMBINING = '\u0300';

    private Wording() {}

    /// The form in which such texts are equal.
    public static String of(String text) {
        return (isComposed(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFC)).strip();
    }

    private static boolean isComposed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST_COMBINING) {
                return false;
            }
        }
        return true;
    }
}
