package dev.mneme.engine.index;

/// The score: parts, each in [0, 1] by a function that knows no other candidate, times the weights of the memory's
/// kind, [Weights]; together 0 to 1.
///
/// A memory of an episode is a *turn* of a dialogue if its speaker is known or the episode has two voices; it may have
/// neighbours or not. Any other memory is a *fact*, long or short. So the kind depends on the memory and its episode
/// alone. What each kind is scored by:
///
/// | part | turn | fact | what |
/// |---|---|---|---|
/// | `bmc`, `bm` | x | x | BM25 over the words, over the most that the query could reach; with neighbours or alone |
/// | `cosc`, `cos` | x | x | cosine of the vectors, with neighbours; of a long text that of its nearest passage |
/// | `ms`, `msc` | x | `ms` | each query token's best match among the memory's tokens, or neighbours' too |
/// | `spk` | x | x | the query names the speaker |
/// | `date` | x | x | the query names the memory's date, or one that it tells of |
/// | `rare` | | x | the memory alone holds a telling word of the query: [RareWords] |
/// | `prevq` | x | | the memory before holds a question (with neighbours) |
/// | `len`, `long` | x | | not too short; too long (negative) |
/// | `whentemp` | x | | the query asks for a time and the text tells one |
///
/// Words of the query that no memory holds count in what it could reach. So the less of a question's words an owner
/// ever used, the less words decide. A fact's part is squared: its words decide where they cover much of the question.
///
/// A part that cannot be had gives its weight to the other positive ones, in proportion.
final class Formula {
    /// Memories with longer bodies (in words) neither lend to neighbours nor borrow from them.
    static final int MAX_CONTEXT_WORDS = 100;

    private static final double K1 = .9;
    private static final double B = .4;

    private Formula() {}

    /// BM25's inverse document frequency, never below 0.
    static double idf(int memories, int frequency) {
        return Math.log(1 + (memories - frequency + .5) / (frequency + .5));
    }

    /// How much one term adds to BM25.
    ///
    /// @param relativeLength the memory's length divided by the mean
    static double bm25(double idf, double frequency, double relativeLength) {
        return idf * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * relativeLength));
    }

    /// The part of a turn; that of a fact is its square.
    ///
    /// @param idfs the sum of the idf of the query's words: of the terms that living memories contain, and of each
    ///     word that none contains. An expired memory may contain more than is counted, and then has 1
    static double wordsPart(double bm25, double idfs) {
        return idfs > 0 ? Math.min(1, bm25 / ((K1 + 1) * idfs)) : 0;
    }

    /// The score for a sum of weighted parts.
    static double score(double sum) {
        return clamp(sum);
    }

    static double vectorPart(double cosine) {
        return clamp((cosine + .1) / 1.1);
    }

    static double tokensPart(double similarity) {
        return clamp((similarity - .2) / .7);
    }

    static double lengthPart(int words) {
        return Math.min(1, Math.log1p(words) / Math.log(31));
    }

    static double longPart(int words) {
        return words == 0 ? 0 : clamp(Math.log(words / 60.0) / Math.log(20));
    }

    private static double clamp(double x) {
        return Math.clamp(x, 0, 1);
    }
}
