package dev.mneme.inference.embed;

import java.util.Arrays;

/// How the rows that a model gives for the tokens of a text become one vector.
public enum Pooling {
    /// Their mean, the special tokens included.
    MEAN,
    /// The first row, as BERT's `[CLS]`.
    CLS,
    /// The last row, as models do that read from left to right.
    LAST;

    float[] pool(float[] rows, int width) {
        float[] vector = switch (this) {
            case MEAN -> UnitVectors.meanDirection(rows, width);
            case CLS -> Arrays.copyOf(rows, width);
            case LAST -> Arrays.copyOfRange(rows, rows.length - width, rows.length);
        };
        UnitVectors.normalise(vector);
        return vector;
    }
}
