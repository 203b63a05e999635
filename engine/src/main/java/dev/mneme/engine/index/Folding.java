package dev.mneme.engine.index;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.Normalizer2;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Brings characters to one form, so that a word is found however it is written. This is Unicode's `NFKC_Casefold`
/// (case, full-width and other compatibility forms, invisible characters), followed by what people leave out or
/// exchange in each script:
///
/// - Latin, Greek: all marks; letters with a stroke and ligatures (`đ`, `ø`, `æ`) become plain, `ı` is `i`
/// - Cyrillic: stress, and the dots of `ё`; other marks make other letters (`й`)
/// - Hebrew, Arabic: points and vowels; the tatweel; the forms of alef, of yeh, kaf and heh
/// - scripts of India: the nukta; chandrabindu is anusvara. Vowel signs are part of the word
/// - digits of any script are `0` to `9`; apostrophes and hyphens of any kind are the plain ones
final class Folding {
    private static final Normalizer2 CASEFOLD = Normalizer2.getNFKCCasefoldInstance();
    private static final Normalizer2 DECOMPOSED = Normalizer2.getNFDInstance();
    private static final Normalizer2 COMPOSED = Normalizer2.getNFCInstance();

    /// Combining characters beyond this number do not count, since putting marks in order takes time in the square of
    /// their number.
    private static final int MAX_CLUSTER = 64;

    private static final int NUKTA = 7; // its canonical combining class
    private static final int DIAERESIS = 0x308;

    /// By character; null for one that was not needed yet.
    private static final AtomicReferenceArray<String> KNOWN = new AtomicReferenceArray<>(1 << Character.SIZE);

    private Folding() {}

    /// Whether normalisation never reaches across the beginning of this character.
    static boolean beginsAnew(int c) {
        return CASEFOLD.hasBoundaryBefore(c);
    }

    /// The folded form of one character together with the marks on it.
    static String of(String text, int start, int end) {
        if (end - start > MAX_CLUSTER) {
            boolean pair = Character.isHighSurrogate(text.charAt(start + MAX_CLUSTER - 1));
            return fold(text.substring(start, start + MAX_CLUSTER - (pair ? 1 : 0)));
        }
        if (end - start > 1) {
            return fold(text.substring(start, end));
        }
        char c = text.charAt(start);
        String known = KNOWN.get(c);
        if (known == null) {
            known = fold(String.valueOf(c));
            KNOWN.set(c, known);
        }
        return known;
    }

    private static String fold(String cluster) {
        String parts = DECOMPOSED.normalize(CASEFOLD.normalize(cluster));
        StringBuilder folded = new StringBuilder(parts.length());
        int base = 0;
        for (int i = 0; i < parts.length(); ) {
            int c = parts.codePointAt(i);
            i += Character.charCount(c);
            if (!isMark(c)) {
                base = c;
                append(folded, c);
            } else if (!isLeftOut(c, base)) {
                append(folded, c);
            }
        }
        return COMPOSED.normalize(folded);
    }

    static boolean isMark(int c) {
        int type = UCharacter.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    /// @param base the character below it; 0 for a mark that never joins one, as vowel signs do
    private static boolean isLeftOut(int mark, int base) {
        if (base == 0 || UCharacter.getType(mark) == Character.COMBINING_SPACING_MARK) {
            return false;
        }
        return switch (UScript.getScript(base)) {
            case UScript.LATIN, UScript.GREEK, UScript.COMMON, UScript.HEBREW, UScript.ARABIC, UScript.SYRIAC -> true;
            case UScript.CYRILLIC -> mark == 0x300 || mark == 0x301 || (mark == DIAERESIS && base == 'е');
            default -> UCharacter.getCombiningClass(mark) == NUKTA;
        };
    }

    private static void append(StringBuilder folded, int c) {
        if (c < 128) {
            folded.append((char) c);
            return;
        }
        int digit = UCharacter.getType(c) == Character.DECIMAL_DIGIT_NUMBER ? UCharacter.digit(c) : -1;
        if (digit >= 0) {
            folded.append((char) ('0' + digit));
            return;
        }
        switch (c) {
            case 'ı' -> folded.append('i');
            case 'đ', 'ð', 'ɖ', 'ɗ' -> folded.append('d');
            case 'ħ' -> folded.append('h');
            case 'ł' -> folded.append('l');
            case 'ø' -> folded.append('o');
            case 'ŧ' -> folded.append('t');
            case 'ɓ' -> folded.append('b');
            case 'ƙ' -> folded.append('k');
            case 'ŋ' -> folded.append("ng");
            case 'æ' -> folded.append("ae");
            case 'œ' -> folded.append("oe");
            case 'þ' -> folded.append("th");
            case 0x671 -> folded.append((char) 0x627); // alef wasla: alef
            case 0x649, 0x6CC -> folded.append((char) 0x64A); // alef maksura and Persian yeh: yeh
            case 0x6A9 -> folded.append((char) 0x643); // Persian kaf: kaf
            case 0x629, 0x6C1, 0x6BE -> folded.append((char) 0x647); // teh marbuta and Urdu's hehs: heh
            case 0x640, 0x2BB, 0x5F3, 0x5F4 -> {} // tatweel, okina, geresh, gershayim
            case 0x901 -> folded.append((char) 0x902); // chandrabindu: anusvara
            case 0x2018, 0x2019, 0x2BC -> folded.append('\'');
            case 0x2010 -> folded.append('-');
            default -> folded.appendCodePoint(c);
        }
    }

    /// Whether a word may begin with it: letters, digits, and numbers of other forms.
    static boolean isWordCharacter(int c) {
        return switch (UCharacter.getType(c)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    /// Whether it belongs to a script of South East Asia without spaces between words: UAX #14's class SA.
    static boolean needsDictionary(int c) {
        return c >= 0xE00
                && UCharacter.getIntPropertyValue(c, UProperty.LINE_BREAK) == UCharacter.LineBreak.COMPLEX_CONTEXT;
    }
}
