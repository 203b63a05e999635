package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.engine.index.Analyzer.Word;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

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
        assertThat(word).isEqualTo(new Word(3, 8, "ann", "ann"));
    }

    @Test
    void dividesOtherScriptsByUnicodesWords() {
        assertThat(surfaces("Caf\u00e9 Stra\u00dfe \u041c\u043e\u0441\u043a\u0432\u0430, na\u00efve"))
                .containsExactly("caf\u00e9", "stra\u00dfe", "\u043c\u043e\u0441\u043a\u0432\u0430", "na\u00efve");
        assertThat(surfaces("\u6211\u559c\u6b22 tea\u8336"))
                .containsExactly("\u6211", "\u559c", "\u6b22", "tea", "\u8336");
        assertThat(surfaces("cafe\u0301")).isEqualTo(surfaces("caf\u00e9"));
        assertThat(surfaces("\ud83d\ude00 ok \ud83d")).containsExactly("ok");
    }

    @Test
    void aFullCacheChangesNothing() {
        for (int i = 0; i < 40_000; i++) {
            assertThat(terms("word" + i)).containsExactly("word" + i);
        }
        assertThat(terms("hopefulness word39999")).containsExactly("hope", "word39999");
    }
}
