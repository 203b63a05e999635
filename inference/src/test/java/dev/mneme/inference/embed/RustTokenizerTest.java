package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Two small tokenizers, trained on a handful of words; the expected tokens are those of HuggingFace's `tokenizers`
/// 0.23.3 for Python.
class RustTokenizerTest {
    private static final String EMOJI = "\ud835\udd18\ud83d\ude00 port";

    static String json(String name) throws IOException {
        try (InputStream in = RustTokenizerTest.class.getResourceAsStream(name + "-tokenizer.json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void bytePairs() throws IOException {
        try (RustTokenizer tokenizer = RustTokenizer.read(json("bpe"))) {
            assertThat(tokenizer.before()).containsExactly(0);
            assertThat(tokenizer.after()).containsExactly(1);
            Tokens tokens = tokenizer.tokenize("query: likes green tea");
            assertThat(tokens.ids()).containsExactly(320, 27, 222, 316, 324, 311);
            assertThat(tokens.starts()).containsExactly(0, 5, 6, 7, 12, 18);
            assertThat(tokens.ends()).containsExactly(5, 6, 7, 12, 18, 22);
            assertThat(tokenizer.tokenize("gr\u00fcner Tee \u6771\u4eac").ids())
                    .containsExactly(315, 305, 222, 300, 294, 120, 107);
            assertThat(tokenizer.tokenize(EMOJI).ids()).containsExactly(174, 253, 244, 248, 174, 255, 248, 224, 327);
            assertThat(tokenizer.tokenize("").count()).isZero();
        }
    }

    @Test
    void unigrams() throws IOException {
        try (RustTokenizer tokenizer = RustTokenizer.read(json("unigram"))) {
            assertThat(tokenizer.before()).isEmpty();
            assertThat(tokenizer.after()).containsExactly(1);
            Tokens tokens = tokenizer.tokenize("query: likes green tea");
            assertThat(tokens.ids()).containsExactly(3, 39, 11, 12, 35, 14, 16, 25, 6, 4, 17, 22, 5, 20, 6, 9);
            assertThat(tokens.starts()).containsExactly(0, 0, 1, 2, 4, 5, 6, 9, 10, 11, 12, 15, 17, 18, 20, 21);
            assertThat(tokens.ends()).containsExactly(1, 1, 2, 4, 5, 6, 9, 10, 11, 12, 15, 17, 18, 20, 21, 22);
            assertThat(tokenizer.tokenize(EMOJI).ids()).containsExactly(3, 2, 18, 10, 7, 21);
            assertThat(tokenizer.tokenize("").count()).isZero();
        }
    }

    @Test
    void halfOfASurrogatePairIsAnUnknownCharacter() throws IOException {
        try (RustTokenizer tokenizer = RustTokenizer.read(json("bpe"))) {
            assertThat(tokenizer.tokenize("tea \ud83d port").ids())
                    .containsExactly(tokenizer.tokenize("tea \ufffd port").ids());
            assertThat(tokenizer.tokenize("a\u0000b").count()).isEqualTo(3);
        }
    }

    /// Windows are cut here, and runs are as long as their texts.
    @Test
    void whatItSaysOfTruncationAndPaddingIsLeftOut() throws IOException {
        String json = json("bpe");
        String bounded = json.replaceFirst(
                        "\"truncation\":\\s*null",
                        "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}")
                .replaceFirst(
                        "\"padding\":\\s*null",
                        "\"padding\":{\"strategy\":{\"Fixed\":16},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                                + "\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"a\"}");
        assertThat(bounded).contains("max_length", "Fixed");
        try (RustTokenizer tokenizer = RustTokenizer.read(json);
                RustTokenizer other = RustTokenizer.read(bounded)) {
            for (String text : new String[] {"tea", "query: likes green tea and many more words"}) {
                assertThat(other.tokenize(text).ids())
                        .containsExactly(tokenizer.tokenize(text).ids());
            }
            assertThat(other.after()).containsExactly(1);
        }
    }

    @Test
    void whatIsNoTokenizerIsRefused() {
        assertThatThrownBy(() -> RustTokenizer.read("{}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RustTokenizer.read("\u0000")).isInstanceOf(IllegalArgumentException.class);
    }
}
