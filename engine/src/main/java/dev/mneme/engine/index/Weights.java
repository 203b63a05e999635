package dev.mneme.engine.index;

/// The weights of the parts. `tooLong` is taken off.
record Weights(
        double words,
        double vector,
        double tokens,
        double contextTokens,
        double speaker,
        double question,
        double length,
        double time,
        double date,
        double tooLong) {

    /// Of a memory with neighbours.
    static final Weights CONTEXT = new Weights(.137, .077, .133, .251, .076, .009, .077, .05, .157, .10);

    /// Of a memory without neighbours.
    static final Weights ALONE = new Weights(.137, .077, .384, 0, .076, 0, .077, .05, .157, .10);

    /// The first stage, and the whole score where there are no token vectors.
    static final Weights CONTEXT_FIRST = new Weights(.329, .269, 0, 0, .076, .009, .077, .05, .157, .10);

    static final Weights ALONE_FIRST = new Weights(.329, .269, 0, 0, .076, 0, .077, .05, .157, .10);

    /// These, with what cannot be had given to the rest in proportion.
    ///
    /// @param hasText whether the query has words
    /// @param hasVector whether both query and memory have a vector
    Weights given(boolean hasText, boolean hasVector) {
        Weights kept = new Weights(
                hasText ? words : 0,
                hasVector ? vector : 0,
                tokens,
                contextTokens,
                hasText ? speaker : 0,
                question,
                length,
                hasText ? time : 0,
                hasText ? date : 0,
                tooLong);
        return kept.times(positive() / kept.positive());
    }

    private double positive() {
        return words + vector + tokens + contextTokens + speaker + question + length + time + date;
    }

    private Weights times(double factor) {
        return new Weights(
                words * factor,
                vector * factor,
                tokens * factor,
                contextTokens * factor,
                speaker * factor,
                question * factor,
                length * factor,
                time * factor,
                date * factor,
                tooLong);
    }
}
