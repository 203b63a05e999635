package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.spi.Embedder;
import dev.mneme.testkit.EmbedderContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real model (e5-small-v2, word pieces), and tiny ones whose vectors can be told by hand.
class FolderEmbedderTest extends EmbedderContract {
    @TempDir
    static Path e5;

    @TempDir
    Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        copy("/e5-small-v2-q.onnx", e5.resolve("model.onnx"));
        copy("/e5-small-v2-q-tokenizer.json", e5.resolve("tokenizer.json"));
    }

    private static void copy(String resource, Path file) throws IOException {
        try (InputStream in = FolderEmbedderTest.class.getResourceAsStream(resource)) {
            Files.copy(Objects.requireNonNull(in), file);
        }
    }

    @Override
    protected Embedder open() {
        return FolderEmbedder.open(FolderEmbedder.Config.of(e5));
    }

    private static FolderEmbedder open(
            Path folder, @Nullable Pooling pooling, @Nullable String query, @Nullable String passage, int maxTokens) {
        return FolderEmbedder.open(new FolderEmbedder.Config(
                folder,
                Optional.ofNullable(pooling),
                Optional.ofNullable(query),
                Optional.ofNullable(passage),
                maxTokens,
                0,
                OnnxEmbedder.Config.DEFAULTS));
    }

    /// The numbers are those of onnxruntime 1.29.0 and tokenizers 0.23.3 for Python. (Quantised models differ by some
    /// thousandths between versions of onnxruntime.)
    @Test
    void vectorsAreThoseOfTheReference() {
        String place = "where does Maria live?";
        try (FolderEmbedder mean = open(e5, null, "query: ", "passage: ", 0)) {
            assertBegins(mean.embedQuery(place).embedding().vector(), -.03159, .05100, .08927, .04197);
            assertBegins(mean.embed("Maria moved to Lisbon in May.").vector(), -.06537, .04465, .04902, .04144);
            assertBegins(mean.embed("The build server runs on port 8443.").vector(), -.05282, .00412, .04180, .02502);
        }
        try (FolderEmbedder cls = open(e5, Pooling.CLS, "query: ", "passage: ", 0)) {
            assertBegins(cls.embedQuery(place).embedding().vector(), -.04657, .02839, .07846, .02865);
        }
        try (FolderEmbedder last = open(e5, Pooling.LAST, "query: ", "passage: ", 0)) {
            assertBegins(last.embedQuery(place).embedding().vector(), -.04625, .03070, .07762, .02889);
        }
    }

    private static void assertBegins(float[] vector, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(vector[i]).isCloseTo((float) expected[i], within(1e-4f));
        }
    }

    private Path tiny(TinyModel model) throws IOException {
        return tiny(model, "unigram");
    }

    private Path tiny(TinyModel model, String tokenizer) throws IOException {
        model.write(folder.resolve("model.onnx"));
        Files.writeString(folder.resolve("tokenizer.json"), RustTokenizerTest.json(tokenizer));
        return folder;
    }

    /// The first of the two numbers tells which tokens there were: it is their mean, by a second that is 1.
    private static float mean(float[] vector) {
        return vector[0] / vector[1] - 1;
    }

    /// With the one that ends a text.
    private static int[] tokens(String text) throws IOException {
        try (RustTokenizer tokenizer = RustTokenizer.read(RustTokenizerTest.json("unigram"))) {
            return IntStream.concat(Arrays.stream(tokenizer.tokenize(text).ids()), IntStream.of(1))
                    .toArray();
        }
    }

    private static float meanOf(int... tokens) {
        return (float) Arrays.stream(tokens).average().orElseThrow();
    }

    private static void assertOfLengthOne(float[] vector) {
        double squares = 0;
        for (float x : vector) {
            squares += (double) x * x;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
    }

    private static void assertMean(float[] vector, float expected) {
        assertThat(mean(vector)).isCloseTo(expected, within(1e-2f));
    }

    @Test
    void poolingIsWhatTheOperatorSaysElseWhatTheFolderSaysElseTheMean() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        int[] tea = tokens("tea");
        try (FolderEmbedder mean = open(folder, null, null, null, 0);
                FolderEmbedder last = open(folder, Pooling.LAST, null, null, 0)) {
            assertMean(mean.embed("tea").vector(), meanOf(tea));
            assertMean(last.embed("tea").vector(), 1);
        }
        Files.createDirectory(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_cls_token\":true}");
        try (FolderEmbedder cls = open(folder, null, null, null, 0);
                FolderEmbedder mean = open(folder, Pooling.MEAN, null, null, 0)) {
            assertMean(cls.embed("tea").vector(), tea[0]);
            assertMean(mean.embed("tea").vector(), meanOf(tea));
        }
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_max_tokens\":true}");
        assertRefused("embedder.pooling", () -> open(folder, null, null, null, 0));
    }

    @Test
    void aModelMayGiveTheVectorItselfAndTakeOtherInputs() throws IOException {
        tiny(TinyModel.ofVectors(2, false)
                .takesInt32("input_ids")
                .takes("attention_mask", "token_type_ids", "position_ids"));
        try (FolderEmbedder embedder = open(folder, null, null, null, 0)) {
            assertMean(embedder.embed("tea").vector(), meanOf(tokens("tea")));
        }
        assertRefused("leave out embedder.pooling", () -> open(folder, Pooling.CLS, null, null, 0));

        tiny(TinyModel.ofVectors(2, true).takes("input_ids", "attention_mask"));
        try (FolderEmbedder own = open(folder, null, null, null, 0);
                FolderEmbedder last = open(folder, Pooling.LAST, null, null, 0)) {
            assertMean(own.embed("tea").vector(), meanOf(tokens("tea")));
            assertOfLengthOne(own.embed("tea").vector());
            assertOfLengthOne(last.embed("tea").vector());
            assertMean(last.embed("tea").vector(), 1);
        }
    }

    @Test
    void aModelIsToldToHeedAllTokensInTheirOrder() throws IOException {
        int length = tokens("green tea").length;
        assertThat(length).isGreaterThan(3);
        Map<String, Float> means =
                Map.of("attention_mask", 1f, "token_type_ids", 0f, "position_ids", (length - 1) / 2f);
        for (Map.Entry<String, Float> input : means.entrySet()) {
            tiny(TinyModel.ofRowsBy(input.getKey(), 2).takes("input_ids", input.getKey()));
            try (FolderEmbedder embedder = open(folder, null, null, null, 100)) { // the table ends at 400
                assertMean(embedder.embed("green tea").vector(), input.getValue());
            }
        }
    }

    @Test
    void prefixesAreThoseOfTheFolderUnlessTheOperatorSaysOthers() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        Files.writeString(
                folder.resolve("config_sentence_transformers.json"),
                "{\"prompts\":{\"query\":\"query: \",\"document\":\"passage: \"}}");
        try (FolderEmbedder embedder = open(folder, null, null, null, 0)) {
            assertMean(embedder.embed("tea").vector(), meanOf(tokens("passage: tea")));
            assertMean(embedder.embedQuery("tea").embedding().vector(), meanOf(tokens("query: tea")));
        }
        try (FolderEmbedder embedder = open(folder, null, "", "text: ", 0)) {
            assertMean(embedder.embed("tea").vector(), meanOf(tokens("text: tea")));
            assertMean(embedder.embedQuery("tea").embedding().vector(), meanOf(tokens("tea")));
        }
    }

    @Test
    void aSentenceOfALongTextHasTheVectorThatItWouldHaveAlone() {
        String sentence = "The spare key lies under the third flower pot.";
        String others = "We painted the fence and the shed on that day. ".repeat(20);
        try (FolderEmbedder embedder = open(e5, null, "query: ", "passage: ", 0)) {
            Embedding whole = embedder.embed(others + sentence + " " + others);
            PassageVectors passages = Objects.requireNonNull(whole.passages());
            int width = passages.dimension();
            byte[] alone =
                    PassageVectors.of(width, embedder.embed(sentence).vector()).rows();
            assertThat(passages.count()).isEqualTo(41);
            assertThat(Arrays.copyOfRange(passages.rows(), 20 * width, 21 * width))
                    .isEqualTo(alone);
            assertThat(Arrays.copyOfRange(passages.rows(), 19 * width, 20 * width))
                    .isNotEqualTo(alone);
            assertThat(embedder.embedQuery(others).embedding().passages()).isNull();
            assertThat(embedder.embed(sentence).passages()).isNull();
        }
    }

    @Test
    void aLongTextIsTheMeanOfWindowsThatEachHavePrefixAndEnd() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        try (FolderEmbedder embedder = open(folder, Pooling.CLS, null, "ab", 24)) {
            float[] first = embedder.embed("t").vector();
            float[] all = embedder.embed("t".repeat(200)).vector();
            assertThat(all).containsExactly(first, within(1e-6f)); // every window begins with the prefix
        }
        try (FolderEmbedder embedder = open(folder, Pooling.LAST, null, "ab", 24)) {
            assertMean(embedder.embed("t".repeat(200)).vector(), 1); // and ends with the end
        }
        try (FolderEmbedder embedder = open(folder, null, null, null, 24)) {
            float[] half = embedder.embed("t".repeat(100)).vector();
            float[] whole = embedder.embed("t".repeat(100) + "s".repeat(100)).vector();
            assertThat(Math.abs(mean(whole) - mean(half)))
                    .as("the end counts, too")
                    .isGreaterThan(.5f);
        }
        assertRefused("embedder.maxTokens", () -> open(folder, null, null, "a long prefix", 16));
    }

    @Test
    void theSpaceIsNamedByAllThatMattersAndByNothingElse() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        String name = name(null, null, null, 0);
        assertThat(name).matches("onnx:[0-9a-f]{24}");
        Files.writeString(folder.resolve("README.md"), "Nobody reads this.");
        assertThat(name(null, null, null, 0)).isEqualTo(name);

        Set<String> names = new HashSet<>(Set.of(name));
        assertThat(names.add(name(Pooling.CLS, null, null, 0))).isTrue();
        assertThat(names.add(name(null, "a", null, 0))).isTrue();
        assertThat(names.add(name(null, null, "a", 0))).isTrue();
        assertThat(names.add(name(null, null, null, 100))).isTrue();
        Files.writeString(folder.resolve("model.onnx_data"), "weights");
        assertThat(names.add(name(null, null, null, 0))).isTrue();
        tiny(TinyModel.ofRows(2).takes("input_ids"), "bpe");
        assertThat(names.add(name(null, null, null, 0))).isTrue();
        tiny(TinyModel.ofRows(3).takes("input_ids"), "bpe");
        assertThat(names.add(name(null, null, null, 0))).isTrue();
    }

    @Test
    void aByteAtTheEndOfLargeWeightsMatters() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        byte[] weights = new byte[(2 << 20) + 100];
        Files.write(folder.resolve("model.onnx_data"), weights);
        String name = name(null, null, null, 0);
        weights[weights.length - 1] = 1;
        Files.write(folder.resolve("model.onnx_data"), weights);
        assertThat(name(null, null, null, 0)).isNotEqualTo(name);
    }

    @Test
    void prefixesThatReadAlikeOneAfterTheOtherAreTwo() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        assertThat(name(null, "a", "bpassage:", 0)).isNotEqualTo(name(null, "apassage:b", "", 0));
    }

    @Test
    void theLengthIsWhatTheOperatorSaysElseWhatTheFolderSaysAndNoMoreThanUsual() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        String usual = name(null, null, null, 512);
        assertThat(name(null, null, null, 0)).isEqualTo(usual);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\":1e30}");
        assertThat(name(null, null, null, 0)).isEqualTo(usual);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\":24}");
        assertThat(name(null, null, null, 0)).isEqualTo(name(null, null, null, 24));
        Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\":32}");
        assertThat(name(null, null, null, 0)).isEqualTo(name(null, null, null, 32));
        assertThat(name(null, null, null, 0)).isNotEqualTo(usual);
    }

    /// The tokens of which a short text is made in a run, by their mean.
    @Test
    void specialTokensStandBeforeAndAfter() throws IOException {
        tiny(TinyModel.ofRows(2).takes("input_ids"), "bpe");
        int[] bare;
        try (RustTokenizer tokenizer = RustTokenizer.read(RustTokenizerTest.json("bpe"))) {
            bare = tokenizer.tokenize("tea").ids();
        }
        int[] whole = IntStream.concat(IntStream.concat(IntStream.of(0), Arrays.stream(bare)), IntStream.of(1))
                .toArray();
        try (FolderEmbedder mean = open(folder, null, null, null, 0);
                FolderEmbedder cls = open(folder, Pooling.CLS, null, null, 0)) {
            assertMean(mean.embed("tea").vector(), meanOf(whole));
            assertMean(cls.embed("tea").vector(), 0);
        }
    }

    private String name(@Nullable Pooling pooling, @Nullable String query, @Nullable String passage, int maxTokens) {
        try (FolderEmbedder embedder = open(folder, pooling, query, passage, maxTokens)) {
            return embedder.space().embedder();
        }
    }

    @Test
    void aFolderThatCannotBeUsedIsRefusedWithWhatToDo() throws IOException {
        assertRefused("there is no folder", () -> open(folder.resolve("none"), null, null, null, 0));
        assertRefused("has no model.onnx", () -> open(folder, null, null, null, 0));
        Files.writeString(folder.resolve("model.onnx"), "not a model");
        assertRefused("has no tokenizer.json", () -> open(folder, null, null, null, 0));
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        assertRefused("is no tokenizer", () -> open(folder, null, null, null, 0));
        Files.writeString(folder.resolve("tokenizer.json"), RustTokenizerTest.json("unigram"));
        assertRefused("is no model", () -> open(folder, null, null, null, 0));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{");
        assertRefused("tokenizer_config.json is not JSON", () -> open(folder, null, null, null, 0));
        Files.delete(folder.resolve("tokenizer_config.json"));

        tiny(TinyModel.ofRows(2).takes("input_ids", "pixel_values"));
        assertRefused("takes pixel_values", () -> open(folder, null, null, null, 0));
        tiny(TinyModel.ofRows(5_000).takes("input_ids"));
        assertRefused("have 5000 numbers", () -> open(folder, null, null, null, 0));
        tiny(TinyModel.ofRows(2).takes("input_ids"));
        assertRefused(
                "embedder.dimension",
                () -> FolderEmbedder.open(new FolderEmbedder.Config(
                        folder,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        3,
                        OnnxEmbedder.Config.DEFAULTS)));
    }

    @Test
    void aRunLongerThanTheModelTakesIsRefusedAtTheStart() {
        assertRefused("set embedder.maxTokens", () -> open(e5, null, null, null, 600)); // e5 knows 512 positions
    }

    /// The model fails on a token more than it knows positions. These are two windows of 510, if one forgets what
    /// stands before and after.
    @Test
    void noWindowIsLongerThanTheModelTakes() {
        try (FolderEmbedder embedder = open(e5, null, "query: ", "passage: ", 0)) {
            assertOfLengthOne(embedder.embed("tea ".repeat(1_020)).vector());
        }
    }

    private static void assertRefused(String message, ThrowingCallable open) {
        assertThatThrownBy(open)
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageStartingWith("embedder.folder: ")
                .hasMessageContaining(message);
    }
}
