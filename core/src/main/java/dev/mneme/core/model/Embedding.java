package dev.mneme.core.model;

import org.jspecify.annotations.Nullable;

/// A text as numbers: an L2-normalised vector in a space. The built-in embedder adds the vectors of the text's tokens
/// or, for a long text, of its passages. The arrays are shared and not copied, so nobody may write to them.
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copied never
public record Embedding(
        EmbeddingSpace space,
        float[] vector,
        @Nullable TokenVectors tokens,
        @Nullable PassageVectors passages) {
    public Embedding {
        if (vector.length != space.dimension()) {
            throw new IllegalArgumentException("a vector of " + vector.length + " in a space of " + space.dimension());
        }
        if (passages != null && passages.dimension() != space.dimension()) {
            throw new IllegalArgumentException(
                    "passages of " + passages.dimension() + " in a space of " + space.dimension());
        }
    }

    /// The embedding of a text without passages.
    public Embedding(EmbeddingSpace space, float[] vector, @Nullable TokenVectors tokens) {
        this(space, vector, tokens, null);
    }

    /// Checks a caller's vector (finite, not all zero) and normalises it.
    ///
    /// @throws MnemeException `invalid_request` naming `vector`
    public static Embedding ofCaller(String embedder, float[] vector) {
        EmbeddingSpace space = new EmbeddingSpace(embedder, vector.length);
        double sum = 0;
        for (float x : vector) {
            if (!Float.isFinite(x)) {
                throw MnemeException.invalid("vector", "A vector must hold finite numbers only.");
            }
            sum += (double) x * x;
        }
        if (sum == 0 || !Double.isFinite(sum)) {
            throw MnemeException.invalid("vector", "A vector must have a length above zero that a float can hold.");
        }
        double norm = Math.sqrt(sum);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return new Embedding(space, unit, null);
    }
}
