package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.core.model.Passages.Passage;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PassagesTest {
    private static final String FILLING = "\n" + "x".repeat(Passages.MIN_TEXT);

    private static List<String> of(String text) {
        return Passages.of(text).stream()
                .map(passage -> text.substring(passage.start(), passage.end()))
                .toList();
    }

    @Test
    void aShortTextHasNone() {
        assertThat(of("One. Two.")).isEmpty();
        assertThat(of("x".repeat(Passages.MIN_TEXT - 1))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "One is 1.5 long.|Two?|He said \"three!\"|Four",
                "行きます。|来ますか？|はい",
                "यह एक है।|यह दो है।|तीन",
                "هل تسمع؟|نعم.|لا",
                "A line\n|another line\n|a third",
            })
    void aSentenceOrALineIsAPassage(String marked) {
        List<String> expected = List.of(marked.split("\\|", -1));
        String text =
                marked.contains("\n") || marked.contains("。") ? String.join("", expected) : String.join(" ", expected);
        assertThat(of(text + FILLING).subList(0, expected.size()))
                .extracting(String::strip)
                .containsExactlyElementsOf(expected.stream().map(String::strip).toList());
    }

    @Test
    void aTextWithoutSentencesIsCutBetweenWords() {
        List<String> passages = of("word ".repeat(500));
        assertThat(passages)
                .hasSizeGreaterThan(4)
                .allSatisfy(passage -> assertThat(passage.length()).isLessThanOrEqualTo(Passages.MAX_LENGTH))
                .allSatisfy(passage -> assertThat(passage.strip()).matches("word( word)*"));
    }

    @Test
    void noCharacterIsHalved() {
        assertThat(of("x" + "\ud83d\ude00".repeat(1_000)))
                .allSatisfy(passage -> assertThat(passage.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF))
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 384, 385, 1_000, 20_000})
    void anyTextIsCoveredByALimitedNumber(int sentences) {
        StringBuilder text = new StringBuilder();
        Random random = new Random(sentences);
        for (int s = 0; s < sentences; s++) {
            text.append("ab ".repeat(1 + random.nextInt(20))).append("end. ");
        }
        List<Passage> passages = Passages.of(text.toString());
        assertThat(passages).hasSizeBetween(Math.min(sentences, Passages.LIMIT / 3), Passages.LIMIT);
        int end = 0;
        for (Passage passage : passages) {
            assertThat(text.substring(end, passage.start())).isBlank();
            assertThat(passage.end()).isGreaterThan(passage.start());
            end = passage.end();
        }
        assertThat(text.substring(end)).isBlank();
        if (sentences <= Passages.LIMIT) {
            assertThat(passages).hasSize(sentences);
        }
    }

    @Test
    void passagesAreWholeRowsOfTheirSpace() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PassageVectors(3, new byte[4]));
        assertThatIllegalArgumentException().isThrownBy(() -> new PassageVectors(3, new byte[0]));
        EmbeddingSpace space = new EmbeddingSpace("e", 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Embedding(space, new float[2], null, new PassageVectors(3, new byte[3])));
    }

    @Test
    void roundingKeepsTheDirection() {
        byte[] rows = new byte[4];
        PassageVectors.round(new float[] {.1f, -.2f}, rows, 0);
        PassageVectors.round(new float[] {0, 0}, rows, 1);
        assertThat(rows).containsExactly(64, -127, 0, 0);
    }
}
