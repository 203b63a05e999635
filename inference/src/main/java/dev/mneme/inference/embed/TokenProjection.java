package dev.mneme.inference.embed;

import dev.mneme.core.model.TokenVectors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/// Makes a token's kept vector from its hidden state: normalised, times a fixed matrix, normalised again, each number
/// `round(127 v)` as a signed byte. Immutable.
///
/// The matrix (`token-matrix.bin`: [MiniLm#WIDTH] rows of [TokenVectors#DIMENSION] float32, little-endian) keeps the
/// 64 directions in which normalised hidden states are largest: the top eigenvectors of their uncentred second-moment
/// matrix over 5,000 WordNet glosses, made by `dev.mneme.bench.TokenMatrix`.
final class TokenProjection {
    private static final String RESOURCE = "token-matrix.bin";
    private static final int OUT = TokenVectors.DIMENSION;

    private final float[] matrix;

    TokenProjection(float[] matrix) {
        if (matrix.length != MiniLm.WIDTH * OUT) {
            throw new IllegalArgumentException("a token matrix has " + MiniLm.WIDTH + " x " + OUT + " numbers");
        }
        this.matrix = matrix;
    }

    static TokenProjection load() {
        try (InputStream in = TokenProjection.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("no resource " + RESOURCE + " on the class path");
            }
            FloatBuffer numbers = ByteBuffer.wrap(in.readAllBytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            float[] matrix = new float[numbers.remaining()];
            numbers.get(matrix);
            return new TokenProjection(matrix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Projects row `row` of `hidden` into row `outRow` of `out`. A hidden state of zeros becomes zeros.
    void project(float[] hidden, int row, byte[] out, int outRow) {
        float[] sum = new float[OUT];
        int base = row * MiniLm.WIDTH;
        for (int i = 0; i < MiniLm.WIDTH; i++) {
            float h = hidden[base + i];
            int m = i * OUT;
            for (int j = 0; j < OUT; j++) {
                sum[j] += h * matrix[m + j];
            }
        }
        UnitVectors.normalise(sum); // of the unit row it would be the same: a factor goes through the matrix
        for (int j = 0; j < OUT; j++) {
            out[outRow * OUT + j] = (byte) Math.round(127 * sum[j]);
        }
    }
}
