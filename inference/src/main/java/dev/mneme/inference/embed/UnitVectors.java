package dev.mneme.inference.embed;

/// Arithmetic on vectors of length 1. Sums run in a fixed order, so that equal input gives equal bits.
final class UnitVectors {
    private UnitVectors() {}

    /// Scales the vector to length 1, in place. A vector of zeros stays as it is.
    static void normalise(float[] vector) {
        double sum = 0;
        for (float x : vector) {
            sum += (double) x * x;
        }
        if (sum == 0) {
            return;
        }
        double norm = Math.sqrt(sum);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / norm);
        }
    }

    /// The unit vector in the direction of the sum of the rows, each of `width` numbers: their mean, normalised.
    static float[] meanDirection(float[] rows, int width) {
        float[] sum = new float[width];
        for (int base = 0; base < rows.length; base += width) {
            for (int i = 0; i < width; i++) {
                sum[i] += rows[base + i];
            }
        }
        normalise(sum);
        return sum;
    }
}
