package dev.mneme.core.model;

import org.jspecify.annotations.Nullable;

/// A text as numbers: an L2-normalised vector in a space and, when the built-in embedder made it, the
/// vectors of its tokens or, of a long text, of its passages. The arrays are shared, not copied: nobody writes to
/// them.
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

    /// Of a text without passages.
    public Embedding(EmbeddingSpace space, float[] vector, @Nullable TokenVectors tokens) {
        this(space, vector, tokens, null);
    }

    /// A caller's vector: checked (finite, not all zero) and normalised.
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
