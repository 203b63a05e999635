package dev.mneme.core.model;

/// Vectors can be compared within a space: the embedder's id and the dimension. An owner has one space, set by its
/// first vector.
public record EmbeddingSpace(String embedder, int dimension) {
    public static final int MAX_DIMENSION = 4096;

    /// Names the embedder of vectors that a caller sends without naming one.
    public static final String CALLER = "caller";

    public EmbeddingSpace {
        if (embedder.isEmpty() || embedder.length() > 128) {
            throw MnemeException.invalid("embedder", "embedder must have 1 to 128 characters.");
        }
        if (dimension < 1 || dimension > MAX_DIMENSION) {
            throw MnemeException.invalid("vector", "A vector must have 1 to " + MAX_DIMENSION + " numbers.");
        }
    }
}
