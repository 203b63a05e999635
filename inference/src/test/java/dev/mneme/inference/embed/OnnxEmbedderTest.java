package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.core.spi.Embedder;
import dev.mneme.testkit.EmbedderContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OnnxEmbedderTest extends EmbedderContract {
    private static final String DRINK = "What does she drink at breakfast?";
    private static OnnxEmbedder embedder;

    @BeforeAll
    static void load() {
        embedder = OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS);
    }

    @AfterAll
    static void unload() {
        embedder.close();
    }

    @Override
    protected Embedder open() {
        return OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS);
    }

    @Test
    void itsSpaceIsPartOfWhatIsStored() {
        assertThat(embedder.space()).isEqualTo(new EmbeddingSpace("all-minilm-l6-v2-q", 384));
    }

    /// Stored vectors are compared with new ones: a library whose vectors differ needs a new embedder id.
    @Test
    void vectorsAreThoseOfTheModelAsShipped() throws IOException {
        float[] vector =
                embedder.embed("The quick brown fox jumps over the lazy dog.").vector();
        float[] golden = golden();
        for (int i = 0; i < 8; i++) {
            assertThat(vector[i]).isCloseTo(golden[i], within(1e-3f));
        }
        assertThat(dot(vector, golden)).isGreaterThan(.999);
    }

    private static float[] golden() throws IOException {
        try (InputStream in = OnnxEmbedderTest.class.getResourceAsStream("quick-brown-fox.vector")) {
            String[] numbers = new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split("\\s+", -1);
            float[] golden = new float[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                golden[i] = Float.parseFloat(numbers[i]);
            }
            return golden;
        }
    }

    @Test
    void separatesWhatBelongsFromWhatDoesNot() {
        double tea = cosine(DRINK, "Maria likes green tea in the morning");
        double flights = cosine(DRINK, "She books window seats on flights.");
        double python = cosine(DRINK, "User writes Python code");
        assertThat(tea).isCloseTo(.54, within(.02));
        assertThat(flights).isCloseTo(.33, within(.02));
        assertThat(python).isCloseTo(.03, within(.02));
    }

    @Test
    void aQuerysSpansAreItsOwnCharacters() {
        String query = "\ud83d\ude00 \u00c9cole e\u0301cole cafe\u0301, unaffable!";
        List<String> words = embedder.embedQuery(query).spans().stream()
                .map(span -> query.substring(span.start(), span.end()))
                .toList();
        assertThat(words)
                .containsExactly("\ud83d\ude00", "\u00c9cole", "e\u0301cole", "cafe", ",", "una", "ffa", "ble", "!");
    }

    @Test
    void aTextWithoutAWordHasAVectorAndNoTokens() {
        for (String text : List.of("", " \n", "\u0000\ud800")) {
            Embedding embedding = embedder.embed(text);
            assertThat(tokens(embedding).count()).isZero();
            assertThat(dot(embedding.vector(), embedding.vector())).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void aWordInItsSenseIsNearestToItself() {
        QueryEmbedding query = embedder.embedQuery("green tea");
        TokenVectors kept = tokens(embedder.embed("She has green tea for breakfast."));
        assertThat(nearest(tokens(query.embedding()), 0, kept)).isEqualTo(2);
        assertThat(nearest(tokens(query.embedding()), 1, kept)).isEqualTo(3);
    }

    @Test
    void aTextOfTwoWindowsHasTheMeanOfTheirVectors() {
        String half = "0 ".repeat(254);
        QueryEmbedding window = embedder.embedQuery(half);
        QueryEmbedding both = embedder.embedQuery(half + half);
        assertThat(dot(both.embedding().vector(), window.embedding().vector())).isCloseTo(1, within(1e-6));
        assertThat(tokens(both.embedding()).count()).isEqualTo(508);
    }

    @Test
    void aSentenceOfALongTextHasTheVectorThatItWouldHaveAlone() {
        String sentence = "She has green tea for breakfast.";
        String others = " The build is written in Python and takes an hour.".repeat(20);
        PassageVectors passages = passages(embedder.embed(others + " " + sentence + others));
        assertThat(passages.count()).isEqualTo(41);
        assertThat(cosine(passages, 20, embedder.embed(sentence).vector())).isGreaterThan(.999);
        assertThat(cosine(passages, 19, embedder.embed(sentence).vector())).isLessThan(.5);
    }

    @Test
    void aLongTextHasPassagesAndAShortOneHasNone() {
        String sentence = "She has green tea for breakfast. ";
        Embedding longText = embedder.embed(sentence.repeat(30));
        assertThat(passages(longText).count()).isEqualTo(30);
        assertThat(tokens(longText).count())
                .isEqualTo(30 * tokens(embedder.embed(sentence)).count());
        assertThat(tokens(embedder.embed(sentence.repeat(200))).count()).isEqualTo(1_024);
        assertThat(embedder.embed("She has green tea.").passages()).isNull();
        assertThat(embedder.embedQuery("She has green tea for breakfast. ".repeat(30))
                        .embedding()
                        .passages())
                .isNull();
    }

    @Test
    void theStyleOfAQuestionDoesNotBringItNearToWhatSoundsLikeIt() {
        String question = "Can you recommend something for dinner?";
        String sounds = "People often ask me for recommendations.";
        double asText = cosine(question, sounds);
        float[] query = embedder.embedQuery(question).embedding().vector();
        assertThat(dot(query, embedder.embed(sounds).vector())).isLessThan(asText - .03);
        assertThat(dot(query, query)).isCloseTo(1, within(1e-5));
    }

    @Test
    void theEndOfALongTextCounts() {
        String tea = "She has green tea for breakfast. ".repeat(60);
        String python = "The build is written in Python. ".repeat(60);
        double alone = cosine(DRINK, python);
        assertThat(cosine(DRINK, python + tea)).isGreaterThan(alone + .1);
    }

    @Test
    void keepsAtMost1024TokenRows() {
        QueryEmbedding query = embedder.embedQuery("tea ".repeat(1_500));
        assertThat(tokens(query.embedding()).count()).isEqualTo(1_024);
        assertThat(query.spans()).hasSize(1_024);
        assertThat(query.spans().getLast()).isEqualTo(new QueryEmbedding.Span(4_092, 4_095));
    }

    @Test
    void refusesMoreCallersThanMayWait() throws Exception {
        try (OnnxEmbedder narrow = OnnxEmbedder.open(new OnnxEmbedder.Config(1, 0));
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            String slow = "tea ".repeat(2_000);
            List<Future<Embedding>> results = IntStream.range(0, 20)
                    .mapToObj(i -> callers.submit(() -> narrow.embed(slow)))
                    .toList();
            List<Throwable> refused = results.stream()
                    .map(OnnxEmbedderTest::failure)
                    .filter(Objects::nonNull)
                    .toList();
            assertThat(refused)
                    .isNotEmpty()
                    .hasSizeLessThan(20)
                    .allSatisfy(failure -> assertThat(failure)
                            .isInstanceOfSatisfying(
                                    MnemeException.class,
                                    e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED)));
            assertThat(narrow.embed("tea")).as("places are given back").isNotNull();
        }
    }

    @Test
    void closingWaitsForWhatRuns() throws Exception {
        OnnxEmbedder closing = OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Embedding>> results = IntStream.range(0, 50)
                    .mapToObj(i -> callers.submit(() -> closing.embed("tea number " + i)))
                    .toList();
            results.getFirst().get();
            closing.close();
            for (Future<Embedding> result : results) {
                Throwable failure = failure(result);
                assertThat(failure == null || failure instanceof MnemeException).isTrue();
            }
        }
    }

    @Test
    void aConfigThatExistsIsValid() {
        assertThatThrownBy(() -> new OnnxEmbedder.Config(0, 1)).hasMessageContaining("embedder.workers");
        assertThatThrownBy(() -> new OnnxEmbedder.Config(1, -1)).hasMessageContaining("embedder.queue");
    }

    private static @Nullable Throwable failure(Future<Embedding> result) {
        try {
            result.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int nearest(TokenVectors query, int token, TokenVectors tokens) {
        int best = 0;
        for (int row = 1; row < tokens.count(); row++) {
            if (dot(query, token, tokens, row) > dot(query, token, tokens, best)) {
                best = row;
            }
        }
        return best;
    }

    private static int dot(TokenVectors a, int i, TokenVectors b, int j) {
        int sum = 0;
        for (int k = 0; k < TokenVectors.DIMENSION; k++) {
            sum += a.rows()[i * TokenVectors.DIMENSION + k] * b.rows()[j * TokenVectors.DIMENSION + k];
        }
        return sum;
    }

    private static PassageVectors passages(Embedding embedding) {
        return Objects.requireNonNull(embedding.passages());
    }

    private static double cosine(PassageVectors passages, int row, float[] vector) {
        double dot = 0;
        double squares = 0;
        for (int i = 0; i < vector.length; i++) {
            byte x = passages.rows()[row * vector.length + i];
            dot += x * vector[i];
            squares += x * x;
        }
        return dot / Math.sqrt(squares);
    }

    private static TokenVectors tokens(Embedding embedding) {
        return Objects.requireNonNull(embedding.tokens());
    }

    private static double cosine(String a, String b) {
        return dot(embedder.embed(a).vector(), embedder.embed(b).vector());
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
