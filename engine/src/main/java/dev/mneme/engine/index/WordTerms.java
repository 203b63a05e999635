package dev.mneme.engine.index;

import dev.mneme.engine.index.WordBreaker.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The terms of a word, depending on how its script is written.
///
/// - Latin letters: the stem of the base form. After an elided article, or before a suffix with an apostrophe
///   (`l'hôtel`, `Ankara'da`), also the word itself.
/// - Arabic: without the article.
/// - Hangul: without the particle, as it is, and every two syllables of it, so that a part of a compound finds it.
/// - Han and kana, which have no spaces: each Han character, and every two characters; hiragana and katakana are the
///   same; a katakana word as a whole.
/// - Thai, Lao, Khmer, Burmese, and all others: the word.
final class WordTerms {
    /// Takes the words of a run of ideographs, as spans in it.
    interface Sink {
        void word(int start, int end, List<String> terms);
    }

    private static final Set<String> ELIDED =
            Set.of("l", "d", "j", "n", "s", "t", "c", "m", "qu", "un", "all", "dell", "nell", "sull", "dall", "quest");
    private static final Set<String> CONTRACTED = Set.of("t", "d", "ll", "re", "ve", "m", "s", "em", "clock", "all");
    private static final int MIN_PART = 3;

    /// Particles that Korean attaches to a noun, longest first.
    private static final List<String> PARTICLES = List.of(
            "에서는", "으로는", "에게서", "한테서", "이라도", "이라는", "입니다", "이에요", "에서", "에게", "한테", "께서", "으로", "까지", "부터", "보다",
            "처럼", "마다", "라도", "이나", "밖에", "조차", "마저", "하고", "이랑", "에는", "에도", "과는", "와는", "이다", "예요", "은", "는", "이",
            "가", "을", "를", "의", "에", "께", "로", "와", "과", "도", "만", "랑", "나");

    /// Particles that are also cut from a noun of one syllable. Others are the ends of many nouns (`사과` is an apple).
    private static final Set<String> SURE_PARTICLES = Set.of("은", "는", "을", "를", "에", "에서", "에게", "에는", "에서는", "입니다");

    private static final List<String> ARTICLES = List.of("وال", "بال", "كال", "فال", "لل", "ال");

    private static final char FIRST_KATAKANA = 0x30A1;
    private static final char LAST_KATAKANA = 0x30F6;
    private static final int KATAKANA_FROM_HIRAGANA = 0x60;
    private static final char PROLONGED_SOUND = 0x30FC;

    private WordTerms() {}

    static List<String> of(String surface, Kind kind) {
        return switch (kind) {
            case ALPHABET -> ofAlphabet(surface);
            case HANGUL -> ofHangul(surface);
            case EMOJI -> Emoji.terms(surface);
            case DICTIONARY, IDEOGRAPHS -> List.of(surface);
        };
    }

    private static List<String> ofAlphabet(String surface) {
        if (Lexicon.isStopWord(surface)) {
            return List.of();
        }
        String term = stem(surface);
        int apostrophe = surface.indexOf('\'');
        if (apostrophe < 0) {
            return List.of(term);
        }
        String before = surface.substring(0, apostrophe);
        String after = surface.substring(apostrophe + 1);
        if (CONTRACTED.contains(after)) {
            return List.of(term);
        }
        if (ELIDED.contains(before) && after.length() >= MIN_PART) {
            return List.of(term, stem(after));
        }
        return before.length() >= MIN_PART ? List.of(term, stem(before)) : List.of(term);
    }

    /// The term of a word of letters.
    static String stem(String surface) {
        for (int i = 0; i < surface.length(); i++) {
            if (surface.charAt(i) >= 128) {
                return withoutArticle(surface);
            }
        }
        return PorterStemmer.stem(Lexicon.base(surface));
    }

    private static String withoutArticle(String surface) {
        if (surface.charAt(0) >= 0x600 && surface.charAt(0) <= 0x6FF) {
            for (String article : ARTICLES) {
                if (surface.startsWith(article) && surface.length() >= article.length() + MIN_PART) {
                    return surface.substring(article.length());
                }
            }
        }
        return surface;
    }

    private static List<String> ofHangul(String surface) {
        Set<String> terms = new LinkedHashSet<>();
        terms.add(withoutParticle(surface));
        terms.add(surface);
        for (int i = 0; i + 2 <= surface.length(); i++) {
            terms.add(surface.substring(i, i + 2));
        }
        return new ArrayList<>(terms);
    }

    private static String withoutParticle(String surface) {
        for (String particle : PARTICLES) {
            int left = surface.length() - particle.length();
            if (left >= (SURE_PARTICLES.contains(particle) ? 1 : 2) && surface.endsWith(particle)) {
                return surface.substring(0, left);
            }
        }
        return surface;
    }

    /// Each character is a word.
    static void ofIdeographs(String run, Sink sink) {
        int length = run.length();
        int katakanaEnd = 0;
        for (int start = 0; start < length; ) {
            int end = characterEnd(run, start);
            List<String> terms = new ArrayList<>(2);
            if (!isKana(run.charAt(start)) || end - start == length) {
                terms.add(hiragana(run.substring(start, end)));
            }
            if (end < length) {
                terms.add(hiragana(run.substring(start, characterEnd(run, end))));
            }
            if (start >= katakanaEnd && isKatakana(run.charAt(start))) {
                katakanaEnd = katakanaEnd(run, start);
                if (katakanaEnd - start > 2) {
                    terms.addFirst(hiragana(run.substring(start, katakanaEnd)));
                }
            }
            sink.word(start, end, terms);
            start = end;
        }
    }

    /// The end of a character with the marks that follow.
    private static int characterEnd(String run, int start) {
        int end = start + Character.charCount(run.codePointAt(start));
        while (end < run.length() && Folding.isMark(run.codePointAt(end))) {
            end += Character.charCount(run.codePointAt(end));
        }
        return end;
    }

    private static int katakanaEnd(String run, int start) {
        int end = start;
        while (end < run.length() && isKatakana(run.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isKatakana(char c) {
        return (c >= FIRST_KATAKANA && c <= 0x30FA) || c == PROLONGED_SOUND;
    }

    private static boolean isKana(char c) {
        return c >= 0x3041 && c <= 0x30FF;
    }

    private static String hiragana(String kana) {
        StringBuilder hiragana = new StringBuilder(kana.length());
        for (int i = 0; i < kana.length(); i++) {
            char c = kana.charAt(i);
            hiragana.append(c >= FIRST_KATAKANA && c <= LAST_KATAKANA ? (char) (c - KATAKANA_FROM_HIRAGANA) : c);
        }
        return hiragana.toString();
    }
}
