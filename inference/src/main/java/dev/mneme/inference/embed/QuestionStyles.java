package dev.mneme.inference.embed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/// Subtracts from a query's vector half of what all questions of its style have in common, so that its subject remains.
/// Otherwise "Can you recommend …?" is near to anything that sounds like a recommendation. Immutable.
///
/// A style is the mean vector of many questions about all sorts of things. There are two: asking for advice, and asking
/// for something that was told. A query has the style that it is nearer to.
///
/// `question-styles.bin` (two rows of [MiniLm#WIDTH] float32, little-endian) is made by
/// `dev.mneme.bench.QuestionMeans`.
final class QuestionStyles {
    private static final String RESOURCE = "question-styles.bin";
    private static final float SHARE = .5f;

    private final float[][] means;

    QuestionStyles(float[]... means) {
        this.means = means;
    }

    static QuestionStyles load() {
        try (InputStream in = QuestionStyles.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("no resource " + RESOURCE + " on the class path");
            }
            FloatBuffer numbers = ByteBuffer.wrap(in.readAllBytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            float[][] means = new float[numbers.remaining() / MiniLm.WIDTH][MiniLm.WIDTH];
            for (float[] mean : means) {
                numbers.get(mean);
            }
            return new QuestionStyles(means);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The query's vector without its style, again of length 1.
    float[] takenOff(float[] query) {
        float[] mean = means[0];
        for (float[] other : means) {
            mean = nearness(query, other) > nearness(query, mean) ? other : mean;
        }
        float[] rest = new float[query.length];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = query[i] - SHARE * mean[i];
        }
        UnitVectors.normalise(rest);
        return rest;
    }

    private static double nearness(float[] query, float[] mean) {
        double dot = 0;
        double squares = 0;
        for (int i = 0; i < query.length; i++) {
            dot += (double) query[i] * mean[i];
            squares += (double) mean[i] * mean[i];
        }
        return dot / Math.sqrt(squares);
    }
}
