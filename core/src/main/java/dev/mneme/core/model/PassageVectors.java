package dev.mneme.core.model;

import java.util.Arrays;

/// The vectors of a long text's passages, in order: each row has as many signed bytes as the space has dimensions. A
/// row is a vector, scaled so that its largest number becomes 127, and rounded; only its direction counts. The array is
/// shared and not copied, so nobody may write to it.
///
/// @param dimension bytes of a row, at least 1
@SuppressWarnings("ArrayRecordComponent") // many of these exist; identity equality is what is wanted
public record PassageVectors(int dimension, byte[] rows) {
    private static final float LARGEST = 127;

    public PassageVectors {
        if (dimension < 1 || rows.length == 0 || rows.length % dimension != 0) {
            throw new IllegalArgumentException(
                    rows.length + " bytes are not one or more passages of " + dimension + " bytes");
        }
    }

    /// Rounds vectors that lie one after another.
    ///
    /// @param vectors `dimension` numbers for each passage
    public static PassageVectors of(int dimension, float[] vectors) {
        byte[] rows = new byte[vectors.length];
        for (int row = 0; row < vectors.length / dimension; row++) {
            round(Arrays.copyOfRange(vectors, row * dimension, (row + 1) * dimension), rows, row);
        }
        return new PassageVectors(dimension, rows);
    }

    public int count() {
        return rows.length / dimension;
    }

    /// Writes a passage's vector into row `row` of `rows`. A vector of zeros becomes zeros.
    public static void round(float[] vector, byte[] rows, int row) {
        float largest = 0;
        for (float x : vector) {
            largest = Math.max(largest, Math.abs(x));
        }
        for (int i = 0; i < vector.length; i++) {
            rows[row * vector.length + i] = (byte) (largest == 0 ? 0 : Math.round(vector[i] / largest * LARGEST));
        }
    }
}
