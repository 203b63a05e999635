package dev.mneme.engine.index;

/// The stemmer of M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, in its original form.
///
/// There is one difference, which is the author's own: words of one or two letters are left alone. Every character that
/// is not one of `aeiou` (or a `y` after a consonant) counts as a consonant, including digits and apostrophes.
final class PorterStemmer {
    private static final String[][] STEP_2 = {
        {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
        {"abli", "able"}, {"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"},
        {"ization", "ize"}, {"ation", "ate"}, {"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"},
        {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"}, {"biliti", "ble"},
    };
    private static final String[][] STEP_3 = {
        {"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""},
    };
    private static final String[][] STEP_4 = {
        {"al", ""}, {"ance", ""}, {"ence", ""}, {"er", ""}, {"ic", ""}, {"able", ""}, {"ible", ""}, {"ant", ""},
        {"ement", ""}, {"ment", ""}, {"ent", ""}, {"ion", ""}, {"ou", ""}, {"ism", ""}, {"ate", ""}, {"iti", ""},
        {"ous", ""}, {"ive", ""}, {"ize", ""},
    };

    private PorterStemmer() {}

    /// The stem of a lower-case word.
    static String stem(String word) {
        if (word.length() <= 2) {
            return word;
        }
        String stem = step1c(step1b(step1a(word)));
        stem = replaceLongest(stem, STEP_2, 0);
        stem = replaceLongest(stem, STEP_3, 0);
        stem = replaceLongest(stem, STEP_4, 1);
        return step5b(step5a(stem));
    }

    private static String step1a(String word) {
        if (word.endsWith("sses") || word.endsWith("ies")) {
            return cut(word, 2);
        }
        return word.endsWith("s") && !word.endsWith("ss") ? cut(word, 1) : word;
    }

    private static String step1b(String word) {
        if (word.endsWith("eed")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        int suffix = word.endsWith("ed") ? 2 : word.endsWith("ing") ? 3 : 0;
        if (suffix == 0 || !hasVowel(cut(word, suffix))) {
            return word;
        }
        String stem = cut(word, suffix);
        if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
            return stem + "e";
        }
        if (endsWithDouble(stem) && "lsz".indexOf(stem.charAt(stem.length() - 1)) < 0) {
            return cut(stem, 1);
        }
        return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
    }

    private static String step1c(String word) {
        return word.endsWith("y") && hasVowel(cut(word, 1)) ? cut(word, 1) + "i" : word;
    }

    private static String step5a(String word) {
        if (!word.endsWith("e")) {
            return word;
        }
        String stem = cut(word, 1);
        int measure = measure(stem);
        return measure > 1 || (measure == 1 && !endsShort(stem)) ? stem : word;
    }

    private static String step5b(String word) {
        return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
    }

    /// Of the rules whose suffix matches, only the longest is tried. It applies if the stem's measure is above `least`.
    private static String replaceLongest(String word, String[][] rules, int least) {
        String[] longest = null;
        for (String[] rule : rules) {
            if (word.endsWith(rule[0]) && (longest == null || rule[0].length() > longest[0].length())) {
                longest = rule;
            }
        }
        if (longest == null) {
            return word;
        }
        String stem = cut(word, longest[0].length());
        boolean blocked = longest[0].equals("ion") && !stem.endsWith("s") && !stem.endsWith("t");
        return !blocked && measure(stem) > least ? stem + longest[1] : word;
    }

    /// The paper's m: how many times a run of consonants follows a run of vowels.
    private static int measure(String stem) {
        int measure = 0;
        boolean vowelBefore = false;
        boolean consonant = true;
        for (int i = 0; i < stem.length(); i++) {
            consonant = isConsonant(stem.charAt(i), i == 0 || !consonant);
            if (consonant && vowelBefore) {
                measure++;
            }
            vowelBefore = !consonant;
        }
        return measure;
    }

    private static boolean hasVowel(String stem) {
        boolean consonant = true;
        for (int i = 0; i < stem.length(); i++) {
            consonant = isConsonant(stem.charAt(i), i == 0 || !consonant);
            if (!consonant) {
                return true;
            }
        }
        return false;
    }

    /// The paper's *d: ends with a double consonant.
    private static boolean endsWithDouble(String stem) {
        int n = stem.length();
        return n >= 2 && stem.charAt(n - 1) == stem.charAt(n - 2) && isConsonantAt(stem, n - 1);
    }

    /// The paper's *o: ends consonant, vowel, consonant, the last of them not w, x or y.
    private static boolean endsShort(String stem) {
        int n = stem.length();
        return n >= 3
                && isConsonantAt(stem, n - 1)
                && !isConsonantAt(stem, n - 2)
                && isConsonantAt(stem, n - 3)
                && "wxy".indexOf(stem.charAt(n - 1)) < 0;
    }

    private static boolean isConsonantAt(String word, int index) {
        boolean consonant = true;
        for (int i = 0; i <= index; i++) {
            consonant = isConsonant(word.charAt(i), i == 0 || !consonant);
        }
        return consonant;
    }

    private static boolean isConsonant(char c, boolean firstOrAfterVowel) {
        return switch (c) {
            case 'a', 'e', 'i', 'o', 'u' -> false;
            case 'y' -> firstOrAfterVowel;
            default -> true;
        };
    }

    private static String cut(String word, int letters) {
        return word.substring(0, word.length() - letters);
    }
}
