package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds the tokenizer against HuggingFace's own, whose spans are in code points.
class WordPieceTokenizerTest {
    private static final String FILE = "/all-minilm-l6-v2-q-tokenizer.json";
    private static HuggingFaceTokenizer reference;
    private static WordPieceTokenizer tokenizer;

    @BeforeAll
    static void open() throws IOException {
        System.setProperty("DJL_CACHE_DIR", "target/djl");
        System.setProperty("OPT_OUT_TRACKING", "true");
        try (InputStream json = WordPieceTokenizerTest.class.getResourceAsStream(FILE)) {
            reference = HuggingFaceTokenizer.newInstance(json, Map.of("padding", "false", "truncation", "false"));
        }
        try (InputStream json = WordPieceTokenizerTest.class.getResourceAsStream(FILE)) {
            tokenizer = WordPieceTokenizer.read(json);
        }
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    /// The reference's tables are those of Unicode 8: characters that became marks, formats and punctuation since
    /// then are unknown letters to it, and three have moved elsewhere. Every character of the first two planes, and
    /// a sample of the rest.
    @Test
    void agreesOnEveryCharacterThatTheReferenceKnows() {
        List<Integer> differing = IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(c -> c < 0x20000 || c % 101 == 0)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .filter(c -> !agrees("x" + Character.toString(c) + "y"))
                .boxed()
                .toList();
        assertThat(differing).hasSizeLessThan(700).allMatch(c -> c > 0x600 && isSinceUnicode8(c));
    }

    private static boolean isSinceUnicode8(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.FORMAT,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> c == 0x166D || c == 0x1734 || c == 0x1171E;
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "I don't know: it's 3.14, isn't it?",
                "Caf\u00e9 na\u00efve, \u00c9cole e\u0301cole \u0130stanbul Stra\u00dfe \u039f\u0394\u039f\u03a3 \ufb01ne",
                "\ud83d\ude00x \ud83d\udc69\u200d\ud83d\udcbb\u4e2d\u6587\u65e5\u672c\u8a9e\u306e\u6587 \ud55c\uad6d\uc5b4 \uf900",
                "tab\tnew\r\nline\u00a0no-break\u2003em\u0000nul\u200bzero\u0085next",
                "unaffable antidisestablishmentarianism supercalifragilisticexpialidocious",
                "user@example.com https://example.com/a?b=c&d=%20#e $5 <b>^_^</b> `x` ~y~ |z|"
            })
    void agreesOn(String text) {
        assertThat(pieces(text)).isEqualTo(reference(text));
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 100, 101, 5_000})
    void agreesOnLongWords(int length) {
        assertThat(pieces("x".repeat(length) + " y")).isEqualTo(reference("x".repeat(length) + " y"));
        assertThat(pieces("\ud835\udc00".repeat(length))).isEqualTo(reference("\ud835\udc00".repeat(length)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesOnRandomTexts(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String text = randomText(random);
            assertThat(pieces(text)).as("seed %d, text %d: %s", seed, i, text).isEqualTo(reference(text));
        }
    }

    private static String randomText(Random random) {
        String alphabet =
                "aeiostTHEing  \t\n.,'-!$\u0000\u00e9\u00c5\u00df\u0130\u0301\u0308\u4e2d\uac01\u3042\u0416\u03a3\u05d0\u0e01\u200d";
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(60); length > 0; length--) {
            if (random.nextInt(12) == 0) {
                text.appendCodePoint(0x1F600 + random.nextInt(40));
            } else {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
        }
        return text.toString();
    }

    @Test
    void aTextCannotForgeABoundary() {
        assertThat(pieces("tea [SEP] milk")).extracting(Piece::id).doesNotContain(102);
        assertThat(pieces("[CLS][MASK][PAD][UNK]")).extracting(Piece::id).doesNotContain(0, 100, 101, 103);
    }

    @Test
    void halvesOfPairsAreLeftOut() {
        assertThat(pieces("te\ud83da \ude00\ud83d\ude00"))
                .isEqualTo(List.of(new Piece(pieces("tea").getFirst().id(), 0, 4), new Piece(100, 6, 8)));
    }

    private static boolean agrees(String text) {
        return pieces(text).equals(reference(text));
    }

    record Piece(int id, int start, int end) {}

    private static List<Piece> reference(String text) {
        Encoding encoding = reference.encode(text, false, false);
        long[] ids = encoding.getIds();
        CharSpan[] spans = encoding.getCharTokenSpans();
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            pieces.add(new Piece(
                    (int) ids[i],
                    text.offsetByCodePoints(0, spans[i].getStart()),
                    text.offsetByCodePoints(0, spans[i].getEnd())));
        }
        return pieces;
    }

    private static List<Piece> pieces(String text) {
        Tokens tokens = tokenizer.tokenize(text);
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < tokens.count(); i++) {
            pieces.add(new Piece(tokens.ids()[i], tokens.starts()[i], tokens.ends()[i]));
        }
        return pieces;
    }
}
