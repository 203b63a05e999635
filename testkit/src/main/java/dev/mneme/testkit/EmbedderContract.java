package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.core.spi.Embedder;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every [Embedder] promises. An embedder's test says how to open one, and inherits the rest.
public abstract class EmbedderContract {
    private static final List<String> TEXTS = List.of(
            "a",
            "She has green tea for breakfast.",
            "Caf\u00e9 na\u00efve, \u00c9cole e\u0301te\u0301: 12\u00bd \u20ac",
            "\ud83d\ude00 laughs \ud83d\udc69\u200d\ud83d\udcbb and codes \ud83e\udd8a",
            "\u65e5\u672c\u8a9e\u306e\u6587 \ud55c\uad6d\uc5b4 \u0440\u0443\u0441\u0441\u043a\u0438\u0439",
            "half a pair \ud83d and the other \ude00, a nul \u0000, a tab\tand a\r\nline",
            "x".repeat(5_000),
            "Maria: I moved to Lisbon in May. ".repeat(100));

    /// A new embedder that admits at least 64 callers at once.
    protected abstract Embedder open();

    @Test
    void vectorsHaveLengthOneAndTheSpacesDimension() {
        try (Embedder embedder = open()) {
            for (String text : TEXTS) {
                assertFits(embedder, embedder.embed(text));
                assertFits(embedder, embedder.embedQuery(text).embedding());
            }
        }
    }

    @Test
    void theSameTextHasTheSameEmbeddingWhateverIsEmbeddedBesideIt() throws Exception {
        try (Embedder embedder = open();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Embedding> alone = TEXTS.stream().map(embedder::embed).toList();
            List<Future<Embedding>> beside = IntStream.range(0, 8 * TEXTS.size())
                    .mapToObj(i -> callers.submit(() -> embedder.embed(TEXTS.get(i % TEXTS.size()))))
                    .toList();
            for (int i = 0; i < beside.size(); i++) {
                assertSame(beside.get(i).get(), alone.get(i % TEXTS.size()));
            }
        }
    }

    @Test
    void anotherInstanceMakesTheSameEmbedding() {
        try (Embedder one = open();
                Embedder other = open()) {
            assertThat(other.space()).isEqualTo(one.space());
            for (String text : TEXTS) {
                assertSame(other.embed(text), one.embed(text));
            }
        }
    }

    @Test
    void aQueryIsNearestToItsOwnText() {
        try (Embedder embedder = open()) {
            List<Embedding> texts = TEXTS.stream().map(embedder::embed).toList();
            for (int q = 0; q < TEXTS.size(); q++) {
                float[] query = embedder.embedQuery(TEXTS.get(q)).embedding().vector();
                double own = dot(query, texts.get(q).vector());
                assertThat(texts).allMatch(text -> dot(query, text.vector()) <= own + 1e-6);
            }
        }
    }

    @Test
    void eachTokenOfAQueryNamesItsCharacters() {
        try (Embedder embedder = open()) {
            for (String text : TEXTS) {
                QueryEmbedding query = embedder.embedQuery(text);
                TokenVectors tokens = query.embedding().tokens();
                assertThat(query.spans()).hasSize(tokens == null ? 0 : tokens.count());
                assertInOrder(text, query.spans());
            }
        }
    }

    @Test
    void aTextOf64KiBIsEmbedded() {
        try (Embedder embedder = open()) {
            assertFits(embedder, embedder.embed("I have green tea with honey for breakfast. ".repeat(1_524)));
        }
    }

    @Test
    void closesTwiceAndThenRefuses() {
        Embedder embedder = open();
        embedder.embed("a");
        embedder.close();
        embedder.close();
        assertThatThrownBy(() -> embedder.embed("a")).isInstanceOf(MnemeException.class);
        assertThatThrownBy(() -> embedder.embedQuery("a")).isInstanceOf(MnemeException.class);
    }

    private static void assertFits(Embedder embedder, Embedding embedding) {
        assertThat(embedding.space()).isEqualTo(embedder.space());
        assertThat(embedding.vector()).hasSize(embedder.space().dimension());
        assertThat(dot(embedding.vector(), embedding.vector())).isCloseTo(1, within(1e-5));
        TokenVectors tokens = embedding.tokens();
        if (tokens != null) {
            assertUnitRows(tokens);
        }
    }

    /// Rounding moves each of the 64 numbers by at most a half.
    private static void assertUnitRows(TokenVectors tokens) {
        for (int row = 0; row < tokens.count(); row++) {
            double squares = 0;
            for (int i = 0; i < TokenVectors.DIMENSION; i++) {
                byte x = tokens.rows()[row * TokenVectors.DIMENSION + i];
                squares += x * x;
            }
            assertThat(Math.sqrt(squares)).isCloseTo(127, within(4.0));
        }
    }

    private static void assertSame(Embedding one, Embedding other) {
        assertThat(one.vector()).containsExactly(other.vector());
        assertThat(rows(one)).isEqualTo(rows(other));
    }

    private static byte @Nullable [] rows(Embedding embedding) {
        TokenVectors tokens = embedding.tokens();
        return tokens == null ? null : tokens.rows();
    }

    private static void assertInOrder(String text, List<Span> spans) {
        int last = 0;
        for (Span span : spans) {
            assertThat(span.start()).isBetween(last, text.length());
            assertThat(span.end()).isBetween(span.start() + 1, text.length());
            last = span.start();
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
