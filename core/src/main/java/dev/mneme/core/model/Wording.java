package dev.mneme.core.model;

import java.text.Normalizer;

/// When two texts say the same word for word: how characters are composed (Unicode's NFC) and blanks at
/// the ends do not matter.
public final class Wording {
    private Wording() {}

    /// The form in which such texts are equal.
    public static String of(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC).strip();
    }
}
