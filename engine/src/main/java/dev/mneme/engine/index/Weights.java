package dev.mneme.engine.index;

/// The weights of the parts for one kind of memory. `tooLong` is subtracted. Every memory of the kind has `base`, so
/// that scores of all kinds can be compared in one list.
///
/// @param reach the least that the available parts weigh together
record Weights(
        double base,
        double words,
        double rareWord,
        double vector,
        double tokens,
        double contextTokens,
        double speaker,
        double question,
        double length,
        double time,
        double date,
        double tooLong,
        double reach) {

    /// For a turn of a dialogue with neighbours.
    static final Weights TURN = new Weights(0, .137, 0, .094, .133, .251, .076, .009, .077, .05, .157, .10, .967);

    /// For a turn without neighbours.
    static final Weights LONE_TURN = new Weights(0, .137, 0, .094, .384, 0, .076, 0, .077, .05, .157, .10, .967);

    /// For any other memory, short or long.
    static final Weights FACT = new Weights(.17, .75, .3, .61, .05, 0, .05, 0, 0, 0, .25, 0, .83);

    /// For the first stage, and for the whole score where there are no token vectors.
    static final Weights TURN_FIRST = new Weights(0, .329, 0, .329, 0, 0, .076, .009, .077, .05, .157, .10, .967);

    static final Weights LONE_TURN_FIRST = new Weights(0, .329, 0, .329, 0, 0, .076, 0, .077, .05, .157, .10, .967);

    static final Weights FACT_FIRST = new Weights(.17, .75, .3, .66, 0, 0, .05, 0, 0, 0, .25, 0, .83);

    /// These weights, with those of unavailable parts given to the others, in proportion, until they reach what they
    /// should.
    ///
    /// @param hasText whether the query has words
    /// @param hasVector whether both query and memory have a vector
    Weights given(boolean hasText, boolean hasVector) {
        Weights kept = new Weights(
                base,
                hasText ? words : 0,
                hasText ? rareWord : 0,
                hasVector ? vector : 0,
                tokens,
                contextTokens,
                hasText ? speaker : 0,
                question,
                length,
                hasText ? time : 0,
                hasText ? date : 0,
                tooLong,
                reach);
        return kept.times(Math.max(1, reach / kept.positive()));
    }

    private double positive() {
        return words + rareWord + vector + tokens + contextTokens + speaker + question + length + time + date;
    }

    private Weights times(double factor) {
        return new Weights(
                base,
                words * factor,
                rareWord * factor,
                vector * factor,
                tokens * factor,
                contextTokens * factor,
                speaker * factor,
                question * factor,
                length * factor,
                time * factor,
                date * factor,
                tooLong,
                reach);
    }
}
