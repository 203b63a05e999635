package dev.mneme.testkit;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An embedder for tests that takes microseconds: texts are near each other when they share words, and
/// nothing else. A text's vector is the normalised sum of its words' vectors, and a word's vector is
/// drawn from its hash; each word (letters and digits, in any case) is one token. The first
/// [#MAX_TOKEN_ROWS] tokens are kept.
///
/// **Threads**: any number may call.
///
/// **Failures**: `overloaded` once closed.
public final class HashingEmbedder implements Embedder {
    public static final int MAX_TOKEN_ROWS = 1024;

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

    private final EmbeddingSpace space;
    private volatile boolean closed;

    /// 64 dimensions.
    public HashingEmbedder() {
        this(64);
    }

    public HashingEmbedder(int dimension) {
        this.space = new EmbeddingSpace("hashing-" + dimension, dimension);
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public Embedding embed(String text, Demand demand) {
        return embedQuery(text).embedding();
    }

    @Override
    public QueryEmbedding embedQuery(String query, Demand demand) {
        if (closed) {
            throw new MnemeException(ErrorCode.OVERLOADED, "The embedder is closed.");
        }
        double[] sum = draw("", space.dimension()); // so that a text without words has a vector too
        List<String> words = new ArrayList<>();
        List<Span> spans = new ArrayList<>();
        for (Matcher matcher = WORD.matcher(query); matcher.find(); ) {
            String word = matcher.group().toLowerCase(Locale.ROOT);
            add(sum, draw(word, space.dimension()));
            if (words.size() < MAX_TOKEN_ROWS) {
                words.add(word);
                spans.add(new Span(matcher.start(), matcher.end()));
            }
        }
        return new QueryEmbedding(new Embedding(space, unit(sum), tokens(words)), spans);
    }

    private static TokenVectors tokens(List<String> words) {
        byte[] rows = new byte[words.size() * TokenVectors.DIMENSION];
        for (int w = 0; w < words.size(); w++) {
            float[] row = unit(draw(words.get(w), TokenVectors.DIMENSION));
            for (int i = 0; i < row.length; i++) {
                rows[w * row.length + i] = (byte) Math.round(127 * row[i]);
            }
        }
        return new TokenVectors(rows);
    }

    private static double[] draw(String word, int dimension) {
        SplittableRandom random = new SplittableRandom(word.hashCode());
        return random.doubles(dimension, -1, 1).toArray();
    }

    private static void add(double[] sum, double[] vector) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += vector[i];
        }
    }

    private static float[] unit(double[] vector) {
        double squares = 0;
        for (double x : vector) {
            squares += x * x;
        }
        double norm = Math.sqrt(squares);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }

    @Override
    public boolean remote() {
        return false;
    }

    @Override
    public void close() {
        closed = true;
    }
}
