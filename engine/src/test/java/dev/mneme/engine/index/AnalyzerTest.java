package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.engine.index.Analyzer.Word;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnalyzerTest {
    private static List<String> surfaces(String text) {
        return Analyzer.words(text).stream().map(Word::surface).toList();
    }

    private static List<String> terms(String text) {
        return Analyzer.words(text).stream()
                .map(Word::term)
                .filter(Objects::nonNull)
                .toList();
    }

    @Test
    void cutsPossessivesAndKeepsContractionsWhole() {
        assertThat(surfaces("Caroline\u2019s dog DON'T bark, o'clock'x 'tis y2k's"))
                .containsExactly("caroline", "dog", "don't", "bark", "o'clock", "x", "tis", "y2k");
    }

    @Test
    void dropsStopWordsAndBringsIrregularsToTheirBase() {
        assertThat(terms("It's what I'd have bought: the children's worst pictures went"))
                .containsExactly("i'd", "bui", "child", "bad", "pictur", "go");
        assertThat(terms("Mum's picture")).containsExactly("mom", "photo");
    }

    @Test
    void spansAreThoseOfTheTextWithThePossessive() {
        Word word = Analyzer.words("Is Ann's here?").get(1);
        assertThat(word).isEqualTo(new Word(3, 8, "ann", List.of("ann")));
    }

    @Test
    void spansAreThoseOfTheTextBeforeItWasFolded() {
        String text =
                "\u00c5ngstr\u00f6m\u2019s o\ufb03ce, re\u0301sume\u0301 \uff21\uff22\uff11 \u0130zmir \ud83d\udc4d\ud83c\udffd!";
        assertThat(Analyzer.words(text))
                .extracting(word -> text.substring(word.start(), word.end()))
                .containsExactly(
                        "\u00c5ngstr\u00f6m\u2019s",
                        "o\ufb03ce",
                        "re\u0301sume\u0301",
                        "\uff21\uff22\uff11",
                        "\u0130zmir",
                        "\ud83d\udc4d\ud83c\udffd");
        assertThat(surfaces(text))
                .containsExactly("angstrom", "office", "resume", "ab1", "izmir", "\ud83d\udc4d\ud83c\udffd");
    }

    @Test
    void dividesWordsOfOtherScripts() {
        assertThat(surfaces("Stra\u00dfe \u041c\u043e\u0441\u043a\u0432\u0430, na\u00efve"))
                .containsExactly("strasse", "\u043c\u043e\u0441\u043a\u0432\u0430", "naive");
        assertThat(surfaces("\u6211\u559c\u6b22 tea\u8336"))
                .containsExactly("\u6211", "\u559c", "\u6b22", "tea", "\u8336");
        assertThat(surfaces("cafe\u0301")).isEqualTo(surfaces("caf\u00e9"));
        assertThat(surfaces("ok \ud83d")).containsExactly("ok");
    }

    /// Whatever a text is made of, its words lie in it in order; those of one character, such as `¾`, share its place.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void spansOfAnyTextAreInOrder(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder any = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                any.append(
                        random.nextInt(3) == 0
                                ? String.valueOf((char) random.nextInt(1 << 16))
                                : Character.toString(
                                        random.nextInt(3) == 0 ? random.nextInt(0x20000) : random.nextInt(0x250)));
            }
            String text = any.toString();
            int start = 0;
            int end = 0;
            for (Word word : Analyzer.words(text)) {
                assertThat(word.start()).as(text).isBetween(start, word.end() - 1);
                assertThat(word.end()).as(text).isBetween(end, text.length());
                assertThat(word.surface()).isNotEmpty();
                assertThat(word.terms()).doesNotContain("");
                start = word.start();
                end = word.end();
            }
        }
    }

    @Test
    void aFullCacheChangesNothing() {
        for (int i = 0; i < 40_000; i++) {
            assertThat(terms("word" + i)).containsExactly("word" + i);
        }
        assertThat(terms("hopefulness word39999")).containsExactly("hope", "word39999");
    }
}
