package dev.mneme.engine.index;

/// The score: parts, each in [0, 1] by a function that knows no other candidate, times fixed weights.
///
/// | part | what |
/// |---|---|
/// | `bmc`, `bm` | BM25 over the words, with and without neighbours, over the most that the query could reach |
/// | `cosc`, `cos` | cosine of the vectors, with and without neighbours |
/// | `ms`, `msc` | for each token of the query its best match among the memory's tokens; `msc` also among neighbours' |
/// | `spk` | the query names the speaker |
/// | `prevq` | the memory before holds a question |
/// | `len`, `long` | not too short; too long (negative) |
/// | `whentemp` | the query asks for a time and the text tells one |
/// | `date` | the query names the memory's date, or one that it tells of |
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

    /// What one term adds to BM25.
    ///
    /// @param relativeLength the memory's length over the mean
    static double bm25(double idf, double frequency, double relativeLength) {
        return idf * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * relativeLength));
    }

    /// @param idfs sum of the idf of the query's terms that the owner's memories hold
    static double wordsPart(double bm25, double idfs) {
        return idfs > 0 ? bm25 / ((K1 + 1) * idfs) : 0;
    }

    static double vectorPart(double cosine) {
        return clamp((cosine + .1) / .9);
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
